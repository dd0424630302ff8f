using Grpc.Net.Client.Balancer;

namespace Scoring.Client.Connections;

/// <summary>Where a service is.</summary>
/// <param name="Target">What the channel is made for.</param>
/// <param name="UnixPath">The Unix domain socket to connect to instead; null where there is none.</param>
/// <param name="IsResolved">Whether a resolver tells the addresses, among which calls are spread.</param>
internal sealed record ScoringAddress(Uri Target, string? UnixPath, bool IsResolved)
{
    private const string UnixScheme = "unix:";

    /// <summary>Reads an address.</summary>
    /// <param name="address">As the caller has it.</param>
    /// <param name="resolvers">Resolvers beside that of <c>dns:///</c>, each of which has a scheme.</param>
    /// <exception cref="FormatException">It has none of the forms, which the message lists.</exception>
    public static ScoringAddress Parse(string address, IEnumerable<ResolverFactory> resolvers)
    {
        if (address.StartsWith(UnixScheme, StringComparison.OrdinalIgnoreCase))
        {
            // Both unix:/path and unix:///path are in use.
            var path = address[UnixScheme.Length..];
            path = path.StartsWith("//", StringComparison.Ordinal) ? path[2..] : path;
            return path.Length > 0 ? new(new Uri("http://localhost"), path, IsResolved: false) : throw None(address);
        }

        if (!Uri.TryCreate(address, UriKind.Absolute, out var target))
        {
            throw None(address);
        }

        if (target.Scheme is "http" or "https")
        {
            return new(target, UnixPath: null, IsResolved: false);
        }

        var isDns = target is { Scheme: "dns", Host: "", AbsolutePath.Length: > 1 };
        return isDns || resolvers.Any(resolver => string.Equals(resolver.Name, target.Scheme, StringComparison.OrdinalIgnoreCase))
            ? new(target, UnixPath: null, IsResolved: true)
            : throw None(address);
    }

    private static FormatException None(string address) => new(
        $"'{address}' is no address of a service; one reads http://host:port, https://host:port, unix:/path or dns:///host:port");
}
