using Scoring.Service.Security;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Streaming;

/// <summary>
/// Where messages are unpacked and scored that take long: because they are large, or are compressed and may become so, or have numbers that are dear to
/// score, such as logits that overflow. Callers take turns, as many at a time as there are processors, so that whoever sends very many such messages
/// keeps the pool's threads, and with them everybody's other messages, waiting for none of them.
/// </summary>
internal sealed class LongMessages : IDisposable
{
    /// <summary>A message of more bytes than that is long.</summary>
    public const long Bytes = 512 << 10;

    /// <summary>One of fewer is never: it takes a millisecond or two, whatever it has.</summary>
    public const long BytesOfShort = 16 << 10;

    /// <summary>A message that takes the kernels longer is dear.</summary>
    public static readonly TimeSpan Time = TimeSpan.FromMilliseconds(2);

    /// <summary>So many messages of its connection are long after a dear one, unless they are short: what follows is likely to be as dear.</summary>
    public const int MessagesAfterDear = 8;

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
