using System.Runtime.InteropServices;

namespace Scoring.Heads.Rows;

/// <summary>Best classes whose logits of FP64 have become the same FP32.</summary>
internal static class TiedClasses
{
    /// <summary>Puts those of one distribution in order: the greater of FP64 first, and of equals the one further left.</summary>
    /// <param name="source">The row, as bytes.</param>
    /// <param name="logits">What it was rounded to, which kept its order but for ties.</param>
    /// <param name="start">The distribution's first class.</param>
    /// <param name="width">How many it has.</param>
    /// <param name="best">Its best classes, as they are ranked by the rounded logits.</param>
    public static void Order(ReadOnlySpan<byte> source, ReadOnlySpan<float> logits, int start, int width, Span<int> best)
    {
        for (int first = 0, end; first < best.Length; first = end)
        {
            end = first + 1;
            if (best[first] < 0)
            {
                return;
            }

            var value = logits[best[first]];
            while (end < best.Length && logits[best[end]] == value)
            {
                end++;
            }

            // Of those at the end others may be as good, which are not among the best.
            if ((end - first > 1 || end == best.Length) && float.IsFinite(value))
            {
                Order(source, logits, start, width, value, best[first..end]);
            }
        }
    }

    private static void Order(ReadOnlySpan<byte> source, ReadOnlySpan<float> logits, int start, int width, float value, Span<int> places)
    {
        var part = logits.Slice(start, width);
        var first = part.IndexOf(value);
        if (first < 0 || part[(first + 1)..].IndexOf(value) < 0)
        {
            return;
        }

        var tied = new List<(double Logit, int Class)>();
        for (var column = start + first; column < start + width; column++)
        {
            if (logits[column] == value)
            {
                tied.Add((MemoryMarshal.Read<double>(source[(column * sizeof(double))..]), column));
            }
        }

        tied.Sort(static (one, other) => other.Logit.CompareTo(one.Logit) is not 0 and var order ? order : one.Class.CompareTo(other.Class));
        for (var place = 0; place < places.Length; place++)
        {
            places[place] = tied[place].Class;
        }
    }
}
