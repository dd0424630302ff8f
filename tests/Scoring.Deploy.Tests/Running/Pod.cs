using System.Globalization;
using Grpc.Health.V1;
using Grpc.Net.Client;
using k8s.Models;
using Microsoft.AspNetCore.Builder;
using Scoring.Deploy.Tests.Manifests;
using Scoring.Deploy.Tests.Rules;
using Scoring.Service;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Scoring.Deploy.Tests.Running;

/// <summary>
/// The service as a pod of a deployment runs it: with its settings, and the files that are mounted for it. Its ports are others, which are free.
/// </summary>
internal sealed class Pod : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("scoring-pod-");
    private readonly HttpClient _http = new();
    private readonly Deployed _deployed;
    private readonly WebApplication _service;

    private Pod(Deployed deployed)
    {
        _deployed = deployed;
        try
        {
            Mount();
            _service = ScoringHost.Create([
                .. deployed.Settings.Own.Select(setting => $"--{setting.Key}={Local(setting.Value)}"),
                "--Scoring:Listen:Address=127.0.0.1", "--Scoring:Listen:Port=0", "--Scoring:Listen:HttpPort=0", "--Scoring:Admin:Port=0",
                // Nobody is there who would have to notice.
                "--Scoring:Drain:DelayMs=0", "--Logging:LogLevel:Default=Warning",
            ]);
        }
        catch
        {
            _folder.Delete(recursive: true);
            throw;
        }
    }

    private string[] Addresses => [.. _service.Urls];

    public static async Task<Pod> StartAsync(Deployed deployed, CancellationToken cancellationToken)
    {
        var pod = new Pod(deployed);
        await pod._service.StartAsync(cancellationToken);
        return pod;
    }

    /// <summary>Asks what the kubelet asks.</summary>
    public async Task<bool> IsWellAsync(V1Probe probe, CancellationToken cancellationToken)
    {
        if (probe.HttpGet is { } http)
        {
            using var answer = await _http.GetAsync(new Uri(new Uri(AddressOf(port => port.Name == http.Port.Value)), http.Path), cancellationToken);
            return answer.IsSuccessStatusCode;
        }

        using var channel = GrpcChannel.ForAddress(AddressOf(port => port.ContainerPort == probe.Grpc.Port));
        var health = await new Health.HealthClient(channel).CheckAsync(
            new HealthCheckRequest { Service = probe.Grpc.Service }, cancellationToken: cancellationToken);
        return health.Status == ServingStatus.Serving;
    }

    /// <summary>What a path of the HTTP port answers.</summary>
    public Task<string> GetAsync(string path, CancellationToken cancellationToken) =>
        _http.GetStringAsync(new Uri(new Uri(AddressOf(port => port.Name == "http")), path), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _service.StopAsync();
        await _service.DisposeAsync();
        _http.Dispose();
        _folder.Delete(recursive: true);
    }

    private string AddressOf(Func<V1ContainerPort, bool> isPort)
    {
        var port = _deployed.Container.Ports.Single(isPort).ContainerPort.ToString(CultureInfo.InvariantCulture);
        string[] settings = ["Scoring:Listen:Port", "Scoring:Listen:HttpPort", "Scoring:Admin:Port"];
        return Addresses[settings.Index().Single(setting => _deployed.Settings.Text(setting.Item) == port).Index];
    }

    /// <summary>A path of the container's on this machine.</summary>
    private string Local(string value) => value.StartsWith('/') ? Path.Join(_folder.FullName, value) : value;

    private void Mount()
    {
        var secrets = Secrets.Create();
        foreach (var mount in _deployed.Container.VolumeMounts)
        {
            var volume = _deployed.Pod.Volumes.Single(volume => volume.Name == mount.Name);
            var configMap = _deployed.All<V1ConfigMap>().SingleOrDefault(map => map.Metadata.Name == volume.ConfigMap?.Name);
            var folder = Directory.CreateDirectory(Local(mount.MountPath)).FullName;
            foreach (var file in Mounts.Files(_deployed, volume)!)
            {
                File.WriteAllText(Path.Combine(folder, file), configMap?.Data[file] ?? secrets[file]);
            }
        }
    }
}
