using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
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
    public string Address => $"unix:{UnixSocket.PathIn(_folder)}";

    /// <summary>The files that it reads: those of its settings, and those that its settings name.</summary>
    public IEnumerable<string> Files => ((IConfigurationRoot)_service.Configuration).Providers.OfType<FileConfigurationProvider>()
        .Select(provider => provider.Source.FileProvider?.GetFileInfo(provider.Source.Path!).PhysicalPath)
        .Concat(_service.Configuration.GetSection("Scoring").AsEnumerable()
            .Where(setting => setting.Key.EndsWith("File", StringComparison.OrdinalIgnoreCase) && !string.IsNullOrEmpty(setting.Value))
            .Select(setting => Path.GetFullPath(setting.Value!, _service.Environment.ContentRootPath)))
        .OfType<string>()
        .Where(File.Exists);

    /// <param name="configuration">Configuration arguments such as <c>--Scoring:Heads:iris:Activation=softmax</c>.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<EmbeddedService> StartAsync(IEnumerable<string> configuration, CancellationToken cancellationToken)
    {
        var folder = UnixSocket.CreateFolder();
        WebApplication? service = null;
        try
        {
            // Standard output is the command's. What goes wrong reaches the client as an error; the log is for whoever asks for it.
            service = ScoringHost.CreateForOneJob(
            [
                "--Logging:LogLevel:Default=Critical",
                "--Logging:Console:LogToStandardErrorThreshold=Trace",
                .. configuration,
                // The environment may be that of a service with ports, which are for others.
                "--Scoring:Listen:HttpPort=",
                "--Scoring:Admin:Port=",
                $"--Scoring:Listen:UnixSocket={UnixSocket.PathIn(folder)}",
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
}
