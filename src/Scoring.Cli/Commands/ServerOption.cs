using System.CommandLine;
using Scoring.Client.Connections;

namespace Scoring.Cli.Commands;

/// <summary><c>--server</c>, which takes the place of a service within this process and of its settings.</summary>
internal static class ServerOption
{
    /// <param name="otherwise">What is used where there is none.</param>
    public static Option<string?> Create(string otherwise = "one within this process")
    {
        var option = new Option<string?>("--server")
        {
            Description = $"The service: host:port, http://host:port, https://host:port or unix:/path. [default: {otherwise}]",
            HelpName = "address",
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

    /// <summary>The address, as the client for C# reads it, too.</summary>
    /// <exception cref="FormatException">It is none; the message says so.</exception>
    public static ScoringAddress Parse(string server) => ScoringAddress.Parse(server, []);

    private static string? Fault(string server)
    {
        try
        {
            return Parse(server).UnixPath is { } path && UnixSocket.IsTooLong(path)
                ? $"--server is '{server}', which is too long for the path of a socket."
                : null;
        }
        catch (FormatException exception)
        {
            return $"--server: {exception.Message}.";
        }
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
