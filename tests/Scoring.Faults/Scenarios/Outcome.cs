using Scoring.Faults.Load;
using Scoring.Faults.Servers;

namespace Scoring.Faults.Scenarios;

/// <summary>What a scenario came to.</summary>
/// <param name="Faults">How many faults there were.</param>
/// <param name="Tally">What became of the messages.</param>
/// <param name="Before">What the server held after a first load; null where it did not live on.</param>
/// <param name="After">What it held after the last.</param>
/// <param name="Rented">Bytes of rented buffers when nothing was in flight any more.</param>
/// <param name="MovingHandles">How many more handles are no leak: connections that come and go while it is measured under load.</param>
/// <param name="Problem">What else was not as it should be; null for nothing.</param>
internal sealed record Outcome(
    int Faults, Tally Tally, Resources? Before = null, Resources? After = null, ulong Rented = 0, int MovingHandles = 0, string? Problem = null)
{
    public string? Fault => Problem ?? Tally.FirstFault ?? (Tally.IsGood ? Leak : "messages went astray");

    private string? Leak =>
        Rented > 0 ? $"{Rented} bytes are still rented"
        : Before is null ? null : After?.LeakSince(Before, MovingHandles);
}
