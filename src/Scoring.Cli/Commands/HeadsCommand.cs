using System.CommandLine;
using Scoring.Cli.Heads;

namespace Scoring.Cli.Commands;

/// <summary><c>scoring heads</c>: what a service can do, and how much of it.</summary>
internal static class HeadsCommand
{
    public static Command Create()
    {
        var server = ServerOption.Create();
        var json = new Option<bool>("--json") { Description = "Print everything as JSON." };
        var configuration = ConfigurationArgument.Create();
        var command = new Command(
            "heads", "Lists the heads of a service and its limits. Settings of a service within this process may follow after --.")
        {
            server, json, configuration,
        };
        ServerOption.RefuseSettings(command, server, configuration);
        command.SetAction(parsed => CommandRunner.RunAsync(
            new HeadsJob(parsed.GetValue(server), parsed.GetValue(configuration) ?? [], parsed.GetValue(json)).RunAsync));
        return command;
    }
}
