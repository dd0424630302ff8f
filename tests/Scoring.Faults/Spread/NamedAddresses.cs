using Grpc.Net.Client.Balancer;
using Microsoft.Extensions.Logging.Abstractions;

namespace Scoring.Faults.Spread;

/// <summary>
/// A name whose addresses change, as that of a headless Service does. Like DNS, it tells nobody of a change: whoever uses it asks each so often, and
/// when a connection ends.
/// </summary>
/// <param name="refresh">How often it is asked.</param>
internal sealed class NamedAddresses(TimeSpan refresh) : ResolverFactory
{
    public const string Address = "named:///scoring";

    public override string Name => "named";

    /// <summary>What the name stands for now.</summary>
    public IReadOnlyList<BalancerAddress> Current { get; set; } = [];

    public override Resolver Create(ResolverOptions options) => new NameResolver(this, refresh);

    private sealed class NameResolver(NamedAddresses name, TimeSpan refresh) : PollingResolver(NullLoggerFactory.Instance)
    {
        private Timer? _timer;

        protected override void OnStarted() => _timer = new Timer(_ => Refresh(), null, refresh, refresh);

        protected override async Task ResolveAsync(CancellationToken cancellationToken)
        {
            // A name is never resolved at once, and a balancer that asks again would otherwise be answered within its own question.
            await Task.Yield();
            Listener(ResolverResult.ForResult(name.Current));
        }

        protected override void Dispose(bool disposing)
        {
            _timer?.Dispose();
            base.Dispose(disposing);
        }
    }
}
