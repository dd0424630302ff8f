using System.Runtime.InteropServices;

namespace Scoring.Kernels.Tests;

/// <summary>
/// What is written may be the logits' own memory where that is said, and never what else is read: neither a part of the logits, nor targets, biases,
/// or other results.
/// </summary>
public sealed class OverlapTests
{
    private const int Classes = 8;
    private const int Rows = 4;

    /// <summary>The memory of which every span is a part.</summary>
    private readonly float[] _memory = new float[256];

    private Span<float> Logits => _memory.AsSpan(0, Rows * Classes);

    /// <summary>Ends a float behind where the logits begin, begins a float before their end, and lies in the middle of them.</summary>
    public static TheoryData<int> Starts => [1, 3, (Rows * Classes) - 1];

    [Theory]
    [MemberData(nameof(Starts))]
    public void Results_that_lie_over_a_part_of_the_logits_are_refused(int start)
    {
        IsRefused("results", () => Entropy.Compute(Logits, Classes, Floats(start, Rows)));
        IsRefused("results", () => LogSumExp.Compute(Logits, Classes, Floats(start, Rows)));
        IsRefused("losses", () => CrossEntropy.Compute(Logits, Classes, new int[Rows], Floats(start, Rows)));
        IsRefused("losses", () => BinaryCrossEntropy.Compute(Logits, Classes, new byte[Rows * Classes], Floats(start, Rows)));
        IsRefused("indices", () => Argmax.Compute(Logits, Classes, Ints(start, Rows)));
        IsRefused("maxima", () => Argmax.Compute(Logits, Classes, new int[Rows], Floats(start, Rows)));
        IsRefused("indices", () => TopK.Compute(Logits, Classes, 1, Ints(start, Rows), new float[Rows]));
        IsRefused("values", () => TopK.Compute(Logits, Classes, 1, new int[Rows], Floats(start, Rows)));
        IsRefused("probabilities", () => Softmax.Compute(Logits, Classes, Floats(start, Rows * Classes)));
        IsRefused("logProbabilities", () => LogSoftmax.Compute(Logits, Classes, Floats(start, Rows * Classes)));
        IsRefused("probabilities", () => Sigmoid.Compute(Logits, Classes, Floats(start, Rows * Classes)));
        IsRefused("scores", () => Linear.Compute(Logits, Classes, Floats(start, Rows * Classes)));
        IsRefused("decisions", () => Threshold.Compute(Logits, 0.5f, Bools(start, Rows * Classes)));
        IsRefused("indices", () => OneHot.Decode(Logits, Classes, Ints(start, Rows)));
        IsRefused("oneHot", () => OneHot.Encode(Ints(start, Rows), Classes, Logits));
    }

    [Fact]
    public void Results_that_lie_over_anything_else_that_is_read_or_written_are_refused()
    {
        IsRefused("losses", () => CrossEntropy.Compute(Logits, Classes, Ints(100, Rows), Floats(102, Rows)));
        IsRefused("losses", () => BinaryCrossEntropy.Compute(Logits, Classes, MemoryMarshal.AsBytes(Floats(100, Classes)), Floats(107, Rows)));
        IsRefused("values", () => TopK.Compute(Logits, Classes, 2, Ints(100, 2 * Rows), Floats(107, 2 * Rows)));
        IsRefused("maxima", () => Argmax.Compute(Logits, Classes, Ints(100, Rows), Floats(100, Rows)));
        IsRefused("probabilities", () => GroupedSoftmax.Compute(Logits, Widths(), Floats(90, Rows * Classes)));
        IsRefused("probabilities", () => Softmax.Compute(Logits, Classes, Logits, bias: Floats(4, Classes)));
        IsRefused("results", () => LogSumExp.Compute(Logits, Classes, Floats(100, Rows), bias: Floats(103, Classes)));
        IsRefused("losses", () => CrossEntropy.Compute(Logits, Classes, new int[Rows], Floats(100, Rows), bias: Floats(93, Classes)));
        IsRefused("values", () => TopK.Probabilities(Logits, Classes, 1, new int[Rows], Floats(100, Rows), bias: Floats(93, Classes)));
        IsRefused("decisions", () => Threshold.Compute(Logits, Floats(100, Classes), Bools(100, Rows * Classes)));
    }

    [Fact]
    public void What_lies_side_by_side_does_not_overlap()
    {
        Assert.Null(LogSumExp.Compute(Logits, Classes, Floats(Rows * Classes, Rows), bias: Floats((Rows * Classes) + Rows, Classes)));
        Assert.Null(TopK.Compute(Logits, Classes, 1, Ints(100, Rows), Floats(100 + Rows, Rows)));
        Assert.Null(Softmax.Compute(Logits, Classes, Logits));
    }

    /// <summary>The memory safety of a kernel does not rest on what another thread leaves alone.</summary>
    [Fact]
    public async Task Targets_that_another_thread_changes_meanwhile_give_no_access_outside_of_the_row()
    {
        var logits = new float[1 << 16];
        var targets = new int[logits.Length / 2];
        using var done = new CancellationTokenSource();
        var changes = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                targets.AsSpan().Fill(int.MinValue);
                targets.AsSpan().Clear();
            }
        }, TestContext.Current.CancellationToken);
        var losses = new float[targets.Length];
        var measured = 0;
        while (measured < 200)
        {
            try
            {
                CrossEntropy.Compute(logits, 2, targets, losses);
                measured++;
                Assert.All(losses, loss => Assert.Equal(0.6931472f, loss));
            }
            catch (ArgumentOutOfRangeException)
            {
                // The change was there before the look at the targets.
                measured++;
            }
        }

        await done.CancelAsync();
        await changes;
    }

    private static void IsRefused(string name, Action call)
    {
        var refused = Assert.Throws<ArgumentException>(call);
        Assert.Equal(name, refused.ParamName);
        Assert.Contains("overlaps", refused.Message, StringComparison.Ordinal);
    }

    private Span<float> Floats(int start, int count) => _memory.AsSpan(start, count);

    private Span<int> Ints(int start, int count) => MemoryMarshal.Cast<float, int>(Floats(start, count));

    private Span<bool> Bools(int start, int count) => MemoryMarshal.Cast<byte, bool>(MemoryMarshal.AsBytes(Floats(start, (count + 3) / 4)))[..count];

    private Span<int> Widths()
    {
        var widths = Ints(100, 2);
        widths.Fill(Classes / 2);
        return widths;
    }
}
