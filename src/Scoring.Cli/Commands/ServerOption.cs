using System.CommandLine;

namespace Scoring.Cli.Commands;

/// <summary><c>--server</c>, which takes the place of a service within this process and of its settings.</summary>
internal static class ServerOption
{
    public static Option<string?> Create()
    {
        var option = new Option<string?>("--server")
        {
            Description = "The service: http://host:port, https://host:port or unix:/path. [default: one within this process]",
            HelpName = "url",
        };
        option.Validators.Add(result =>
        {
            if (!ServiceConnection.IsKnownServer(result.GetValueOrDefault<string>()))
            {
                result.AddError($"--server must be http://host:port, https://host:port or unix:/path, not '{result.GetValueOrDefault<string>()}'.");
            }
        });
        return option;
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
