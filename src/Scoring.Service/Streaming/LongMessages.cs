using Scoring.Service.Security;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Streaming;

/// <summary>
/// Where messages are unpacked and scored that may take long: because they are large, or are compressed and may become so, or ask for much that is
/// dear (<see cref="MessageCost"/>). Callers take turns, as many at a time as there are processors, so that whoever sends very many such messages
/// keeps the pool's threads, and with them everybody's other messages, waiting for none of them.
/// </summary>
internal sealed class LongMessages : IDisposable
{
    /// <summary>A message of more bytes than that is long.</summary>
    public const long Bytes = 512 << 10;

    /// <summary>One in JSON of more bytes than that is long: its answer, too, is text, or may be the names of classes.</summary>
    public const long BytesOfJson = 1 << 10;

    /// <summary>Rows of more bytes than that take long to measure.</summary>
    public const long BytesToMeasure = 128 << 10;

    /// <summary>A batch of fewer is never, whatever it asks for.</summary>
    public const long BytesOfShort = 2 << 10;

    /// <summary>Of batches with fewer, very many may be on their way at a time.</summary>
    private const long BytesOfMany = 64 << 10;

    /// <summary>What may take more nanoseconds is long; of those of which there may be very many, what may take half of it.</summary>
    private const long Cost = 4_000_000;

    private readonly Callers _callers;

    public LongMessages(Callers callers, FailureLog failures, ScoringMetrics metrics)
    {
        _callers = callers;
        Threads = new TurnThreads("scoring long messages", Environment.ProcessorCount, failures);
        metrics.ObserveTurns(() => Threads.Waiting);
    }

    public TurnThreads Threads { get; }

    /// <summary>Whether a batch of so many bytes takes long that may take so many nanoseconds.</summary>
    public static bool AreLong(long bytes, long cost) => cost > (bytes > BytesOfMany ? Cost : Cost / 2);

    /// <summary>What to await for a turn of a call.</summary>
    public TurnThreads.Turn TurnOf(HttpContext http, CancellationToken gone) => Threads.TurnOf(_callers.HolderOf(http), gone);

    public void Dispose() => Threads.Dispose();
}
