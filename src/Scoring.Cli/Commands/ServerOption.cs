using System.CommandLine;

namespace Scoring.Cli.Commands;

/// <summary><c>--server</c>, which takes the place of a service within this process and of its settings.</summary>
internal static class ServerOption
{
    private const string Unix = "unix:";

    /// <param name="otherwise">What is used where there is none.</param>
    public static Option<string?> Create(string otherwise = "one within this process")
    {
        var option = new Option<string?>("--server")
        {
            Description = $"The service: http://host:port, https://host:port or unix:/path. [default: {otherwise}]",
            HelpName = "url",
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } server && Fault(server) is { } fault)
            {
                result.AddError(fault);
            }
        });
        return option;
    }

    private static string? Fault(string server)
    {
        if (server.StartsWith(Unix + '/', StringComparison.OrdinalIgnoreCase) && server.Length > Unix.Length + 1)
        {
            // Of unix:///path, too, the path is what follows the two slashes.
            var path = server[Unix.Length..];
            return UnixSocket.IsTooLong(path.StartsWith("//", StringComparison.Ordinal) ? path[2..] : path)
                ? $"--server is '{server}', which is too long for the path of a socket."
                : null;
        }

        // What else an address may have would be passed over.
        return Uri.TryCreate(server, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            && uri is { PathAndQuery: "/", Fragment: "", UserInfo: "" }
            ? null
            : $"--server must be http://host:port, https://host:port or unix:/path, not '{server}'.";
    }

    /// <summary>Refuses settings that nobody would take.</summary>
    public static void RefuseSettings(Command command, Option<string?> server, Argument<string[]> configuration) => command.Validators.Add(result =>
    {
        if (result.GetResult(server) is not null && result.GetResult(configuration) is { Tokens.Count: > 0 })
        {
            result.AddError("Settings after -- are for the service within this process; --server names another.");
        }
    });
}
