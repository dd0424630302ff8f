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
    /// <summary>A message of more bytes than that is long, and one in JSON of an eighth.</summary>
    public const long Bytes = 512 << 10;

    /// <summary>Rows of more bytes than that take long to measure.</summary>
    public const long BytesToMeasure = 128 << 10;

    /// <summary>A batch of fewer is never, whatever it asks for.</summary>
    public const long BytesOfShort = 16 << 10;

    /// <summary>What may take the kernels more nanoseconds is long.</summary>
    public const long Cost = 4_000_000;

    private readonly Callers _callers;

    public LongMessages(Callers callers, FailureLog failures, ScoringMetrics metrics)
    {
        _callers = callers;
        Threads = new TurnThreads("scoring long messages", Environment.ProcessorCount, failures);
        metrics.ObserveTurns(() => Threads.Waiting);
    }

    public TurnThreads Threads { get; }

    /// <summary>What to await for a turn of a call.</summary>
    public TurnThreads.Turn TurnOf(HttpContext http, CancellationToken gone) => Threads.TurnOf(_callers.HolderOf(http), gone);

    public void Dispose() => Threads.Dispose();
}
