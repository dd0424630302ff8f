using CsCheck;

namespace Scoring.Kernels.Tests;

public sealed class SameBitsTests
{
    private static readonly Gen<float> Logit = Gen.Frequency(
        (20, Gen.Float[-30, 30]), (3, Gen.Float[-100, 100]), (
            1, Gen.Const(float.NegativeInfinity)), (1, Gen.Float[-3e38f, 3e38f]), (1, Gen.Const(-0f)));

    private static readonly Gen<(float[] Logits, int Classes, float Temperature)> Batch =
        from classes in Gen.Frequency((3, Gen.Int[1, 20]), (3, Gen.Int[1, 300]), (1, Gen.Int[4000, 9000]))
        from rows in Gen.Int[1, classes > 1000 ? 3 : 12]
        from logits in Logit.Array[rows * classes]
        from temperature in Gen.Frequency((2, Gen.Const(1f)), (1, Gen.Const(0.7f)), (1, Gen.Const(3f)))
        select (logits, classes, temperature);

    [Fact]
    public void A_rows_result_depends_on_neither_its_batch_nor_its_place_nor_its_memory() => Batch.Sample(
        batch =>
        {
            (float[] logits, int classes, float temperature) = batch;
            foreach (Elementwise kernel in Kernels)
            {
                var together = new float[logits.Length];
                kernel(logits, classes, together, temperature, default, 1);

                float[] inPlace = (float[])logits.Clone();
                kernel(inPlace, classes, inPlace, temperature, default, 1);
                Assert.Equal(Samples.Bits(together), Samples.Bits(inPlace));

                for (int row = 0; row < logits.Length / classes; row++)
                {
                    float[] moved = new float[classes + row + 1], alone = new float[classes + (2 * row) + 1];
                    logits.AsSpan(row * classes, classes).CopyTo(moved.AsSpan(row + 1));
                    kernel(moved.AsSpan(row + 1), classes, alone.AsSpan((2 * row) + 1), temperature, default, 1);
                    Assert.Equal(Samples.Bits(together.AsSpan(row * classes, classes)), Samples.Bits(alone.AsSpan((2 * row) + 1)));
                }
            }
        },
        iter: 150);

    [Fact]
    public void Where_the_output_lies_within_a_page_beside_the_logits_does_not_show() => Gen.Select(Batch, Gen.Int[0, 80]).Sample(
        (batch, offset) =>
        {
            const int Page = 1024;
            (float[] logits, int classes, float temperature) = batch;
            int place = ((logits.Length + Page - 1) / Page * Page) + offset;
            var memory = new float[place + logits.Length];
            logits.CopyTo(memory, 0);
            foreach (Elementwise kernel in Kernels)
            {
                var apart = new float[logits.Length];
                InvalidLogit? expected = kernel(logits, classes, apart, temperature, default, 1);
                Assert.Equal(expected, kernel(memory.AsSpan(0, logits.Length), classes, memory.AsSpan(place), temperature, default, 1));
                Assert.Equal(Samples.Bits(apart), Samples.Bits(memory.AsSpan(place)));
            }
        },
        iter: 300);

    [Theory]
    [InlineData(64, 8000)]
    [InlineData(3, 300_000)]
    [InlineData(1, 300_000)]
    [InlineData(2, 1_000_000)]
    [InlineData(100_000, 10)]
    public void The_number_of_threads_does_not_show(int rows, int classes)
    {
        float[] logits = Samples.Normal(rows * classes);
        float[] one = new float[logits.Length], several = new float[logits.Length];
        foreach (Elementwise kernel in Kernels)
        {
            kernel(logits, classes, one, 1, default, 1);
            kernel(logits, classes, several, 1, default, 3);
            Assert.True(one.AsSpan().SequenceEqual(several));
        }
    }

    [Theory]
    [InlineData(float.NaN, true)]
    [InlineData(90f, false)]
    public void A_wide_row_out_of_the_usual_range_is_the_same_for_any_number_of_threads(float odd, bool isBad)
    {
        float[] logits = Samples.Normal(300_000), one = new float[300_000], several = new float[300_000];
        logits[250_001] = odd;

        InvalidLogit? expected = Softmax.Compute(logits, 300_000, one);

        Assert.Equal(isBad, expected is not null);
        Assert.Equal(expected, Softmax.Compute(logits, 300_000, several, threads: 3));
        Assert.Equal(Samples.Bits(one), Samples.Bits(several));
    }

    [Fact]
    public void The_first_bad_logit_is_the_same_for_any_number_of_threads()
    {
        float[] logits = Samples.Normal(1_000_000);
        logits[700_003] = logits[300_002] = logits[900_001] = float.NaN;
        float[] results = new float[logits.Length];

        foreach (Elementwise kernel in Kernels)
        {
            Assert.Equal(new InvalidLogit(300, 2, float.NaN), kernel(logits, 1000, results, 1, default, 4));
        }
    }

    private delegate InvalidLogit? Elementwise(
        ReadOnlySpan<float> logits, int classes, Span<float> results, float temperature, ReadOnlySpan<float> bias, int threads);

    private static Elementwise[] Kernels => [Softmax.Compute, LogSoftmax.Compute, Sigmoid.Compute, Linear.Compute];
}
