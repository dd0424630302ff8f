using Scoring.Service.Memory;

namespace Scoring.Service.Connections;

/// <summary>Whether the service may be sent calls: until it begins to end, and while there is memory.</summary>
internal sealed class Readiness(Drain drain, MemoryFailure memory)
{
    public bool IsReady => WhyNot is null;

    /// <summary>What it is doing instead; null where it is ready.</summary>
    public string? WhyNot => drain.Begun.IsCancellationRequested ? "draining" : memory.IsOut ? "out of memory" : null;

    /// <summary>
    /// Cancelled at the next change. Whoever waits for changes takes it before the status it is to tell, and misses none between the two.
    /// </summary>
    /// <param name="gone">Cancelled where nobody waits any longer; so is what is returned then.</param>
    public CancellationTokenSource NextChange(CancellationToken gone) => drain.Begun.IsCancellationRequested
        // A service that ends is not ready again.
        ? CancellationTokenSource.CreateLinkedTokenSource(gone)
        : CancellationTokenSource.CreateLinkedTokenSource(gone, drain.Begun, memory.Change);
}
