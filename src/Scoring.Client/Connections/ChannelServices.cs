using Grpc.Net.Client.Balancer;

namespace Scoring.Client.Connections;

/// <summary>Hands a channel its resolvers and its balancer, which it asks for by no other way. The first resolver of a scheme is taken.</summary>
internal sealed class ChannelServices(IReadOnlyList<ResolverFactory> resolvers, LoadBalancerFactory balancer) : IServiceProvider
{
    private readonly LoadBalancerFactory[] _balancers = [balancer];

    public object? GetService(Type serviceType) =>
        serviceType == typeof(IEnumerable<ResolverFactory>) ? resolvers
        : serviceType == typeof(IEnumerable<LoadBalancerFactory>) ? _balancers
        : null;
}
