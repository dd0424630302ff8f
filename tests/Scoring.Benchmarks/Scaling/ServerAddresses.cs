using Grpc.Core;
using Grpc.Net.Client.Balancer;
using Microsoft.Extensions.Logging;

namespace Scoring.Benchmarks.Scaling;

/// <summary>The servers that a name stands for, of which there are more as time goes on. Clients ask anew when a connection is lost, as they do of DNS.</summary>
internal sealed class ServerAddresses : ResolverFactory
{
    public const string Scheme = "servers";

    private volatile IReadOnlyList<BalancerAddress> _addresses = [];

    public override string Name => Scheme;

    public void Add(Uri server) => _addresses = [.. _addresses, new BalancerAddress(server.Host, server.Port)];

    public override Resolver Create(ResolverOptions options) => new Answer(this, options.LoggerFactory);

    private sealed class Answer(ServerAddresses servers, ILoggerFactory logs) : PollingResolver(logs)
    {
        protected override Task ResolveAsync(CancellationToken cancellationToken)
        {
            Listener(ResolverResult.ForResult(servers._addresses, serviceConfig: null, Status.DefaultSuccess));
            return Task.CompletedTask;
        }
    }
}
