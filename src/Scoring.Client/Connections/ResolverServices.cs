using Grpc.Net.Client.Balancer;

namespace Scoring.Client.Connections;

/// <summary>Hands a channel its resolvers, which it asks for by no other way. The first of a scheme is taken.</summary>
internal sealed class ResolverServices(IReadOnlyList<ResolverFactory> resolvers) : IServiceProvider
{
    public object? GetService(Type serviceType) => serviceType == typeof(IEnumerable<ResolverFactory>) ? resolvers : null;
}
