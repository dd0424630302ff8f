using System.Runtime.InteropServices;
using Scoring.Client;

namespace Scoring.Cli.Bench;

/// <summary>A copy of an answer that is known to be right.</summary>
internal sealed class CheckedAnswer(ScoreResult right)
{
    private readonly byte[][] _parts =
    [
        Bytes(right.Scores).ToArray(),
        Bytes(right.TopIndices).ToArray(),
        Bytes(right.TopScores).ToArray(),
        Bytes(right.LogSumExp).ToArray(),
        Bytes(right.Entropy).ToArray(),
        Bytes(right.Losses).ToArray(),
        Bytes(right.Decisions).ToArray(),
    ];

    public static int CountBytes(ScoreResult result) =>
        Bytes(result.Scores).Length + Bytes(result.TopIndices).Length + Bytes(result.TopScores).Length + Bytes(result.LogSumExp).Length
        + Bytes(result.Entropy).Length + Bytes(result.Losses).Length + Bytes(result.Decisions).Length;

    public bool HasSameBits(ScoreResult result) =>
        Bytes(result.Scores).SequenceEqual(_parts[0])
        && Bytes(result.TopIndices).SequenceEqual(_parts[1])
        && Bytes(result.TopScores).SequenceEqual(_parts[2])
        && Bytes(result.LogSumExp).SequenceEqual(_parts[3])
        && Bytes(result.Entropy).SequenceEqual(_parts[4])
        && Bytes(result.Losses).SequenceEqual(_parts[5])
        && Bytes(result.Decisions).SequenceEqual(_parts[6]);

    private static ReadOnlySpan<byte> Bytes<T>(ReadOnlySpan<T> span)
        where T : unmanaged => MemoryMarshal.AsBytes(span);
}
