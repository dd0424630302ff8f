using System.Globalization;
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
    /// <param name="useTls">Whether connections use TLS where the address does not say.</param>
    /// <exception cref="FormatException">It has none of the forms, which the message lists, or is clear text in spite of the TLS.</exception>
    public static ScoringAddress Parse(string address, IEnumerable<ResolverFactory> resolvers, bool useTls = false)
    {
        if (address.StartsWith(UnixScheme, StringComparison.OrdinalIgnoreCase))
        {
            // Both unix:/path and unix:///path are in use.
            var path = address[UnixScheme.Length..];
            path = path.StartsWith("//", StringComparison.Ordinal) ? path[2..] : path;
            return path.Length > 0 ? new(new Uri("http://localhost"), path, IsResolved: false) : throw None(address);
        }

        if (Uri.TryCreate(address, UriKind.Absolute, out var target))
        {
            if (target.Scheme is "http" or "https")
            {
                return !IsHostAndPort(target) ? throw None(address)
                    : useTls && target.Scheme == "http" ? throw new FormatException(
                        $"'{address}' is clear text, and UseTls is set; with TLS it reads https://")
                    : new(target, UnixPath: null, IsResolved: false);
            }

            var isDns = target is { Scheme: "dns", Host: "", AbsolutePath.Length: > 1 };
            if (isDns || resolvers.Any(resolver => string.Equals(resolver.Name, target.Scheme, StringComparison.OrdinalIgnoreCase)))
            {
                return new(target, UnixPath: null, IsResolved: true);
            }
        }

        // host:port, as gRPC has it in other languages; to a Uri the host may look like a scheme.
        return ushort.TryParse(address[(address.LastIndexOf(':') + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out _)
            && Uri.TryCreate($"{(useTls ? "https" : "http")}://{address}", UriKind.Absolute, out target) && IsHostAndPort(target)
            ? new(target, UnixPath: null, IsResolved: false)
            : throw None(address);
    }

    /// <summary>Whether it has nothing else: what more there is would not be sent.</summary>
    private static bool IsHostAndPort(Uri target) =>
        target is { Host.Length: > 0, Port: > 0, PathAndQuery: "/", Fragment: "", UserInfo: "" };

    private static FormatException None(string address) => new(
        $"'{address}' is no address of a service; one reads host:port, http://host:port, https://host:port, unix:/path or dns:///host:port");
}
