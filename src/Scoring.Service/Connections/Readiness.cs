using Scoring.Service.Memory;

namespace Scoring.Service.Connections;

/// <summary>Whether the service may be sent calls: until it begins to end, and while there is memory.</summary>
internal sealed class Readiness(Drain drain, MemoryFailure memory)
{
    public bool IsReady => WhyNot is null;

    /// <summary>What it is doing instead; null where it is ready.</summary>
    public string? WhyNot => drain.Begun.IsCancellationRequested ? "draining" : memory.IsOut ? "out of memory" : null;

    /// <summary>Waits for the next change.</summary>
    /// <param name="gone">Cancelled where nobody waits any longer; the wait then ends as well.</param>
    public async Task ChangeAsync(CancellationToken gone)
    {
        // A service that ends is not ready again.
        using var change = drain.Begun.IsCancellationRequested
            ? CancellationTokenSource.CreateLinkedTokenSource(gone)
            : CancellationTokenSource.CreateLinkedTokenSource(gone, drain.Begun, memory.Change);
        await Task.Delay(Timeout.Infinite, change.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
