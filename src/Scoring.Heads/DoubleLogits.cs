using System.Runtime.InteropServices;
using Scoring.Heads.Rows;
using Scoring.Kernels;
using Scoring.Kernels.Rows;

namespace Scoring.Heads;

/// <summary>
/// Logits of FP64 as the FP32 that <see cref="HeadKernels"/> takes. Of a head whose classes exclude each other only the differences within a row
/// count, or within each group of it: the greatest is taken from each logit before it is rounded, so that 1e9 + 0.5 beside 1e9 stays half more. Of a
/// row that FP32 holds exactly, of a head with biases, and of the other heads, each logit is rounded by itself.
/// </summary>
public static class DoubleLogits
{
    /// <summary>Makes FP32 of rows of FP64.</summary>
    /// <param name="plan">How the rows will be scored.</param>
    /// <param name="source">Rows × classes. −∞ is a masked class.</param>
    /// <param name="logits">As many results, in other memory. A finite logit that FP32 cannot hold becomes a NaN.</param>
    /// <param name="origins">
    /// What was taken from each row, with groups from each of rows × groups; empty where nobody asks. Log-sum-exps are
    /// <see cref="AddOrigins"/>'s to put right.
    /// </param>
    /// <returns>
    /// The first logit that FP32 cannot hold, or of which it cannot hold what a log-sum-exp is given back; null where there is none.
    /// </returns>
    /// <exception cref="ArgumentException">The lengths do not fit the plan, or what is written overlaps what is read.</exception>
    public static LargeLogit? Round(in HeadPlan plan, ReadOnlySpan<double> source, Span<float> logits, Span<double> origins) =>
        RoundRows(plan, MemoryMarshal.AsBytes(source), logits, origins);

    /// <summary>Makes FP32 of rows of FP64 that are little-endian bytes, at any alignment.</summary>
    /// <param name="plan">How the rows will be scored.</param>
    /// <param name="source">Eight bytes for each of rows × classes.</param>
    /// <param name="logits">As for doubles.</param>
    /// <param name="origins">As for doubles.</param>
    /// <returns>As for doubles.</returns>
    /// <exception cref="ArgumentException">The lengths do not fit the plan, or what is written overlaps what is read.</exception>
    /// <exception cref="PlatformNotSupportedException">The machine is big-endian.</exception>
    public static LargeLogit? Round(in HeadPlan plan, ReadOnlySpan<byte> source, Span<float> logits, Span<double> origins)
    {
        FloatConversion.RefuseBigEndian();
        return RoundRows(plan, source, logits, origins);
    }

    /// <summary>Gives log-sum-exps what was taken from their rows.</summary>
    /// <param name="plan">How the rows were scored.</param>
    /// <param name="origins">What <see cref="Round(in HeadPlan, ReadOnlySpan{double}, Span{float}, Span{double})"/> has taken from them.</param>
    /// <param name="logSumExp">What <see cref="HeadKernels.LogSumExp"/> has made of them.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void AddOrigins(in HeadPlan plan, ReadOnlySpan<double> origins, Span<float> logSumExp)
    {
        Shape.HasLength(origins.Length, logSumExp.Length, "as many as log-sum-exps");
        for (var i = 0; i < origins.Length; i++)
        {
            logSumExp[i] = (float)(logSumExp[i] + (origins[i] / plan.Temperature));
        }
    }

    /// <summary>
    /// Puts the best classes of rows in the order of FP64, where rounding has left some of them no other order than that of their places.
    /// </summary>
    /// <param name="plan">How the rows were scored.</param>
    /// <param name="source">Rows × classes, as <see cref="Round(in HeadPlan, ReadOnlySpan{double}, Span{float}, Span{double})"/> took them.</param>
    /// <param name="logits">What it has made of them.</param>
    /// <param name="indices">What <see cref="HeadKernels.TopK"/> has made of those. Their scores are equal where their logits are.</param>
    /// <exception cref="ArgumentException">The lengths do not fit the plan.</exception>
    public static void OrderTies(in HeadPlan plan, ReadOnlySpan<double> source, ReadOnlySpan<float> logits, Span<int> indices) =>
        OrderTies(plan, MemoryMarshal.AsBytes(source), logits, indices);

    /// <summary>The same for little-endian bytes, at any alignment.</summary>
    /// <param name="plan">As for doubles.</param>
    /// <param name="source">Eight bytes for each of rows × classes.</param>
    /// <param name="logits">As for doubles.</param>
    /// <param name="indices">As for doubles.</param>
    /// <exception cref="ArgumentException">The lengths do not fit the plan.</exception>
    public static void OrderTies(in HeadPlan plan, ReadOnlySpan<byte> source, ReadOnlySpan<float> logits, Span<int> indices)
    {
        Shape.HasLength(source.Length, sizeof(double) * logits.Length, "eight bytes for each logit");
        Shape.HasLength(logits.Length, plan.Rows * plan.Classes, "rows × classes");
        Shape.HasLength(indices.Length, plan.Rows * plan.Distributions * plan.TopK, "k for each row, or each group of it");
        for (var row = 0; row < plan.Rows && plan.Head.Bias.Length == 0; row++)
        {
            for (var part = 0; part < plan.Distributions; part++)
            {
                var (start, width) = plan.HasGroups ? (plan.Head.Parts[part].Start, plan.Head.Parts[part].Width) : (0, plan.Classes);
                TiedClasses.Order(
                    source.Slice(row * plan.Classes * sizeof(double), plan.Classes * sizeof(double)),
                    logits.Slice(row * plan.Classes, plan.Classes),
                    start,
                    width,
                    indices.Slice(((row * plan.Distributions) + part) * plan.TopK, plan.TopK));
            }
        }
    }

    /// <summary>Whether something is taken from its rows: a bias may make another class the best one, far from the greatest logit.</summary>
    private static bool IsCentered(HeadDefinition head) => head.Activation.IsMulticlass() && head.Bias.Length == 0;

    private static LargeLogit? RoundRows(in HeadPlan plan, ReadOnlySpan<byte> source, Span<float> logits, Span<double> origins)
    {
        Shape.HasLength(source.Length, sizeof(double) * logits.Length, "eight bytes for each logit");
        Shape.HasLength(logits.Length, plan.Rows * plan.Classes, "rows × classes");
        if (!origins.IsEmpty)
        {
            Shape.HasLength(origins.Length, plan.Rows * plan.Distributions, "one for each row, or each group of it");
        }

        Shape.IsApart<float, byte>(logits, source);
        Shape.IsApart<double, byte>(origins, source);
        LargeLogit? large = null;
        for (var row = 0; row < plan.Rows; row++)
        {
            for (var part = 0; part < plan.Distributions; part++)
            {
                var (start, width) = plan.HasGroups ? (plan.Head.Parts[part].Start, plan.Head.Parts[part].Width) : (0, plan.Classes);
                var first = (row * plan.Classes) + start;
                var from = source.Slice(first * sizeof(double), width * sizeof(double));
                var origin = 0.0;
                var column = IsCentered(plan.Head)
                    ? DoubleRow.Center(from, logits.Slice(first, width), out origin)
                    : DoubleRow.Round(from, logits.Slice(first, width));
                if (column < 0 && !origins.IsEmpty && !float.IsFinite((float)(origin / plan.Temperature)))
                {
                    column = MemoryMarshal.Cast<byte, double>(from).IndexOf(origin);
                    logits[first + column] = float.NaN;
                }

                if (column >= 0)
                {
                    large ??= new LargeLogit(row, start + column, MemoryMarshal.Read<double>(from[(column * sizeof(double))..]));
                }

                if (!origins.IsEmpty)
                {
                    origins[(row * plan.Distributions) + part] = origin;
                }
            }
        }

        return large;
    }
}
