using Microsoft.AspNetCore.Builder;
using Scoring.Service;

namespace Scoring.Cli;

/// <summary>
/// The service within this process, behind a Unix domain socket in a folder that only this user can enter. The folder is
/// removed with the service.
/// </summary>
internal sealed class EmbeddedService : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly WebApplication _service;

    private EmbeddedService(DirectoryInfo folder, WebApplication service)
    {
        (_folder, _service) = (folder, service);
    }

    /// <summary>What a client connects to.</summary>
    public string Address => $"unix:{SocketPath(_folder)}";

    /// <param name="configuration">Configuration arguments such as <c>--Scoring:Heads:iris:Activation=softmax</c>.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<EmbeddedService> StartAsync(IEnumerable<string> configuration, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("scoring-");
        WebApplication? service = null;
        try
        {
            // Standard output is the command's. What goes wrong reaches the client as an error; the log is for whoever asks for it.
            service = ScoringHost.Create(
            [
                "--Logging:LogLevel:Default=Critical",
                "--Logging:Console:LogToStandardErrorThreshold=Trace",
                .. configuration,
                $"--Scoring:Listen:UnixSocket={SocketPath(folder)}",
            ]);
            await service.StartAsync(cancellationToken).ConfigureAwait(false);
            return new EmbeddedService(folder, service);
        }
        catch
        {
            if (service is not null)
            {
                await service.DisposeAsync().ConfigureAwait(false);
            }

            folder.Delete(recursive: true);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Disposed while it still runs, it would dispose what its calls still use.
        await _service.StopAsync().ConfigureAwait(false);
        await _service.DisposeAsync().ConfigureAwait(false);
        _folder.Delete(recursive: true);
    }

    private static string SocketPath(DirectoryInfo folder) => Path.Combine(folder.FullName, "service.sock");
}
