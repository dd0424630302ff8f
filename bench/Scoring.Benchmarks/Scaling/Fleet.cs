using Scoring.Cli.Bench;

namespace Scoring.Benchmarks.Scaling;

/// <summary>Servers that share some cores.</summary>
/// <param name="Servers">How many.</param>
/// <param name="Cores">The cores, as taskset takes them.</param>
internal sealed record Fleet(int Servers, string Cores)
{
    public async Task<ServerProcess[]> StartAsync()
    {
        var servers = new ServerProcess[Servers];
        for (var i = 0; i < Servers; i++)
        {
            servers[i] = await ServerProcess.StartAsync(
                port => ["taskset", "--cpu-list", Cores, .. ServerProcess.ServeOnPort(port)], CancellationToken.None);
        }

        return servers;
    }
}
