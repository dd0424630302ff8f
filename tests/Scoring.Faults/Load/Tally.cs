using Scoring.Cli.Bench;

namespace Scoring.Faults.Load;

/// <summary>What became of all messages.</summary>
/// <param name="Sent">Messages that the clients drew.</param>
/// <param name="Lost">Those without an answer.</param>
/// <param name="OutOfOrder">Answers that were not the next message's, a doubled one among them.</param>
/// <param name="Wrong">Answers that differ from float64, or are errors.</param>
/// <param name="Latency">From when a message was drawn until its answer was there, breaks included.</param>
/// <param name="FirstFault">What one of them was; null where there is none.</param>
internal sealed record Tally(long Sent, long Lost, long OutOfOrder, long Wrong, Latency Latency, string? FirstFault)
{
    public bool IsGood => Sent > 0 && Lost == 0 && OutOfOrder == 0 && Wrong == 0 && FirstFault is null;
}
