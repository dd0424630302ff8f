using System.CommandLine;
using Scoring.Cli.Top;

namespace Scoring.Cli.Commands;

/// <summary><c>scoring top</c>: a running service, as its metrics tell.</summary>
internal static class TopCommand
{
    private const string DefaultServer = "http://localhost:9464";

    public static Command Create()
    {
        var server = new Option<Uri>("--server")
        {
            Description = "The service's admin port: host:port, http://host:port or https://host:port.",
            HelpName = "address",
            DefaultValueFactory = _ => new Uri(DefaultServer),
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                try
                {
                    if (ServerOption.Parse(text) is { UnixPath: null, IsResolved: false } address)
                    {
                        return address.Target;
                    }
                }
                catch (FormatException)
                {
                    // It is none of those.
                }

                result.AddError($"--server must be host:port, http://host:port or https://host:port, not '{text}'.");
                return null;
            },
        };
        var interval = new Option<TimeSpan>("--interval")
        {
            Description = "The time between two readings, in seconds.",
            HelpName = "seconds",
            DefaultValueFactory = _ => TimeSpan.FromSeconds(1),
            CustomParser = result => TimeSpan.FromSeconds(
                Parsed.Number<double>(result, "from 0.1 to 3600 seconds", number => number is >= 0.1 and <= 3600) ?? 1),
        };
        var once = new Option<bool>("--once") { Description = "Print one view, of the first interval; as where the output is no terminal." };
        var command = new Command(
            "top", "Shows a running service live, from the metrics of its admin port: throughput, latency by stage, heads, drift.")
        {
            server, interval, once,
        };
        command.SetAction(parsed => CommandRunner.RunAsync(
            new TopJob(parsed.GetRequiredValue(server), parsed.GetValue(interval), parsed.GetValue(once)).RunAsync));
        return command;
    }
}
