using Spectre.Console;

namespace Scoring.Cli.Heads;

/// <summary>One run of <c>scoring heads</c>: asks the service, and prints.</summary>
/// <param name="server">Null for a service within this process.</param>
/// <param name="configuration">Settings of that service.</param>
/// <param name="json">Whether what is printed is for programs.</param>
internal sealed class HeadsJob(string? server, IReadOnlyList<string> configuration, bool json)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        StandardStreams.RequireOutput();
        await using var connection = await ServiceConnection.OpenAsync(server, configuration, TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        await connection.AskForClassesAsync(name: null, cancellationToken).ConfigureAwait(false);
        if (json)
        {
            Console.Write(HeadsJson.Format(connection.Service));
        }
        else
        {
            new HeadsText(AnsiConsole.Console).Show(connection.Service);
        }
    }
}
