using Scoring.Service.Security;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Streaming;

/// <summary>
/// Where messages are unpacked and scored that take long: because they are large, or are compressed and may become so, or have numbers that are dear to
/// score, such as logits that overflow. Callers take turns, as many at a time as there are processors, so that whoever sends very many such messages
/// keeps the pool's threads, and with them everybody's other messages, waiting for none of them.
/// </summary>
internal sealed class LongMessages(Callers callers, FailureLog failures) : IDisposable
{
    /// <summary>A message of more bytes than that is long.</summary>
    public const long Bytes = 1 << 20;

    /// <summary>One of fewer is never: it takes a millisecond or two, whatever it has.</summary>
    public const long BytesOfShort = 16 << 10;

    /// <summary>Where the kernels took longer for the last message of a connection, the next one that is not short is long.</summary>
    public static readonly TimeSpan Time = TimeSpan.FromMilliseconds(2);

    public TurnThreads Threads { get; } = new("scoring long messages", Environment.ProcessorCount, failures);

    /// <summary>What to await for a turn of a call.</summary>
    public TurnThreads.Turn TurnOf(HttpContext http, CancellationToken gone) => Threads.TurnOf(callers.HolderOf(http), gone);

    public void Dispose() => Threads.Dispose();
}
