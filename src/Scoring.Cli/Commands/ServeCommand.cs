using System.CommandLine;
using System.Globalization;
using System.Net;
using Scoring.Service;

namespace Scoring.Cli.Commands;

/// <summary><c>scoring serve</c>: the service, until SIGINT or SIGTERM.</summary>
internal static class ServeCommand
{
    private const string HttpPort = "Scoring:Listen:HttpPort";
    private const string AdminPort = "Scoring:Admin:Port";

    private const string DefaultHttpPort = "8081";

    /// <summary>What exporters for Prometheus listen on by convention.</summary>
    private const string DefaultAdminPort = "9464";

    public static Command Create()
    {
        var port = new Option<int?>("--port")
        {
            Description = "TCP port, HTTP/2 without TLS; 0 takes a free one. [default: 8080]",
            HelpName = "number",
            CustomParser = result => Parsed.Number<int>(result, "0 to 65535", number => number is >= 0 and <= 65535),
        };
        var address = new Option<string?>("--address")
        {
            Description = "IP address to listen on, such as 127.0.0.1 for this machine alone. [default: every address]",
            HelpName = "ip",
        };
        address.Validators.Add(result =>
        {
            if (!IPAddress.TryParse(result.GetValueOrDefault<string>(), out _))
            {
                result.AddError($"--address must be an IP address, such as 127.0.0.1 or ::1, not '{result.GetValueOrDefault<string>()}'.");
            }
        });
        var unixSocket = new Option<string?>("--unix-socket")
        {
            Description = "Listen on a Unix domain socket at this path instead of a port.",
            HelpName = "path",
        };
        unixSocket.Validators.Add(Parsed.RequirePath);
        var httpPort = new Option<int?>("--http-port")
        {
            Description = "TCP port of JSON and gRPC-Web, HTTP/1.1 without TLS; 0 takes a free one. [default: 8081; none with --unix-socket]",
            HelpName = "number",
            CustomParser = result => Parsed.Number<int>(result, "0 to 65535", number => number is >= 0 and <= 65535),
        };
        var adminPort = new Option<int?>("--admin-port")
        {
            Description = "TCP port of GET /metrics for Prometheus, HTTP/1.1 without TLS; 0 takes a free one. [default: 9464; none with "
                + "--unix-socket]",
            HelpName = "number",
            CustomParser = result => Parsed.Number<int>(result, "0 to 65535", number => number is >= 0 and <= 65535),
        };
        var configuration = ConfigurationArgument.Create();

        var command = new Command(
            "serve",
            "Runs the service until Ctrl-C, SIGTERM or the end of its terminal. Settings may follow after --: scoring serve -- "
            + "--Scoring:Limits:Rows=4096")
        {
            port, address, unixSocket, httpPort, adminPort, configuration,
        };
        Parsed.Together(command, result =>
        {
            if (result.GetResult(unixSocket) is not null && (result.GetResult(port) is not null || result.GetResult(address) is not null))
            {
                result.AddError("--unix-socket takes the place of --port and --address: give one or the other.");
            }
        });
        command.SetAction(parsed => CommandRunner.RunAsync(async stop =>
        {
            string?[] arguments =
            [
                parsed.GetValue(port) is { } number ? $"--Scoring:Listen:Port={number.ToString(CultureInfo.InvariantCulture)}" : null,
                parsed.GetValue(address) is { } ip ? $"--Scoring:Listen:Address={ip}" : null,
                parsed.GetValue(unixSocket) is { } path ? $"--Scoring:Listen:UnixSocket={Path.GetFullPath(path)}" : null,
                parsed.GetValue(httpPort) is { } http ? $"--{HttpPort}={http.ToString(CultureInfo.InvariantCulture)}" : null,
                parsed.GetValue(adminPort) is { } admin ? $"--{AdminPort}={admin.ToString(CultureInfo.InvariantCulture)}" : null,
                .. parsed.GetValue(configuration)!,
            ];
            await using var service = ScoringHost.Create(
                [.. arguments.OfType<string>()],
                parsed.GetResult(unixSocket) is null ? [new(HttpPort, DefaultHttpPort), new(AdminPort, DefaultAdminPort)] : []);
            // The host knows Ctrl-C and SIGTERM by itself, and not the end of a terminal.
            using var ending = stop.Register(service.Lifetime.StopApplication);
            await service.RunAsync().ConfigureAwait(false);
        }));
        return command;
    }
}
