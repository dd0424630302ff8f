namespace Scoring.Kernels.Tests;

public sealed class GuardPageTests
{
    private static readonly int[] Lengths =
    [
        .. Enumerable.Range(1, 256),
        .. ((int[])[512, 1024]).SelectMany(block => Enumerable.Range(block - 2, 4)),
        .. ((int[])[8192, 32_768, 65_536]).SelectMany(block => Enumerable.Range(block, 2)),
    ];

    private static readonly float[] Sample = Samples.Normal(65_600);

    [Fact]
    public void No_kernel_touches_memory_outside_its_spans()
    {
        using GuardedMemory logitsMemory = new(65_600 * 4), resultsMemory = new(65_600 * 4), biasMemory = new(65_600 * 4),
        indicesMemory = new(1 << 16);
        foreach (int length in Lengths)
        {
            Span<float> bias = biasMemory.Last<float>(length);
            Sample.AsSpan(0, length).CopyTo(bias);
            Span<int> indices = indicesMemory.Last<int>(1);
            foreach (bool atEnd in (bool[])[true, false])
            {
                Span<float> logits = atEnd ? logitsMemory.Last<float>(length) : logitsMemory.First<float>(length);
                Span<float> results = atEnd ? resultsMemory.Last<float>(length) : resultsMemory.First<float>(length);
                Span<float> one = atEnd ? resultsMemory.Last<float>(1) : resultsMemory.First<float>(1);
                foreach (int classes in length <= 256 ? (int[])[length, 1 + (length / 2)] : [length])
                {
                    int used = length / classes * classes;
                    Span<float> rows = atEnd ? logits[(length - used)..] : logits[..used];
                    RunAll(rows, classes, atEnd ? results[(length - used)..] : results[..used], bias[..classes], indices, one, logitsMemory, atEnd);
                }
            }
        }
    }

    private static void RunAll(
        Span<float> logits, int classes, Span<float> results, Span<float> bias, Span<int> indices, Span<float> one, GuardedMemory memory, bool atEnd)
    {
        Sample.AsSpan(0, logits.Length).CopyTo(logits);
        foreach (float temperature in (float[])[1f, 1.5f])
        {
            foreach (bool biased in (bool[])[false, true])
            {
                ReadOnlySpan<float> perClass = biased ? bias : default;
                Assert.Null(Softmax.Compute(logits, classes, results, temperature, perClass));
                Assert.Null(LogSoftmax.Compute(logits, classes, results, temperature, perClass));
                Assert.Null(Sigmoid.Compute(logits, classes, results, temperature, perClass));
                Assert.Null(Linear.Compute(logits, classes, results, temperature, perClass));
            }
        }

        Span<float> first = logits[..classes];
        Assert.Null(LogSumExp.Compute(first, classes, one));
        Assert.Null(Entropy.Compute(first, classes, one, 1, bias));
        Assert.Null(CrossEntropy.Compute(first, classes, [classes - 1], one));
        Assert.Null(Argmax.Compute(first, classes, indices, one));
        Assert.Null(TopK.Compute(first, classes, 1, indices, one));
        Assert.Null(TopK.Probabilities(first, classes, 1, indices, one, 1, bias));
        Assert.Null(InvalidLogits.Find(logits, classes));
        Assert.Null(Softmax.Compute(logits, classes, logits));

        Span<Half> halves = atEnd ? memory.Last<Half>(results.Length) : memory.First<Half>(results.Length);
        halves.Fill((Half)0.5f);
        FloatConversion.FromHalf(halves, results);
        FloatConversion.FromBFloat16(atEnd ? memory.Last<ushort>(results.Length) : memory.First<ushort>(results.Length), results);
        int doubles = Math.Min(results.Length, memory.Size / sizeof(double));
        FloatConversion.FromDouble(atEnd ? memory.Last<double>(doubles) : memory.First<double>(doubles), results[..doubles]);
    }
}
