using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Scoring.Service;
using Scoring.Service.Telemetry;

namespace Scoring.Benchmarks.Telemetry;

/// <summary>
/// The service in this process, with telemetry that is switched while it runs: the compiled code and the memory are then the same on both sides,
/// where two processes of one program differ by some hundredths for as long as they run.
/// </summary>
internal sealed class ListenedServer(Uri collector) : IDisposable
{
    /// <summary>The argument that makes this program the server: the verb, the path of its socket, and where telemetry is sent.</summary>
    public const string Verb = "telemetry-server";

    private readonly List<IDisposable> _listeners = [];

    /// <summary>Environment variables of the process.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Environment { get; } =
    [
        new("OTEL_METRIC_EXPORT_INTERVAL", "500"),
        new("OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION", "base2_exponential_bucket_histogram"),
    ];

    public static string ControlSocket(string socket) => socket + ".control";

    public static async Task<int> RunAsync(string socket, string collector)
    {
        using var server = new ListenedServer(new Uri(collector));
        await using var control = server.CreateControl(ControlSocket(socket));
        await control.StartAsync();
        await using var service = ScoringHost.Create($"--Scoring:Listen:UnixSocket={socket}", "--Logging:LogLevel:Default=Warning");
        await service.RunAsync();
        return 0;
    }

    public void Dispose() => Listen(Listening.None);

    private void Listen(Listening who)
    {
        _listeners.ForEach(listener => listener.Dispose());
        _listeners.Clear();
        if (who >= Listening.Metrics)
        {
            _listeners.Add(Sdk.CreateMeterProviderBuilder()
                .AddMeter(ScoringMetrics.MeterName, "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel")
                .SetExemplarFilter(ExemplarFilterType.TraceBased)
                .AddOtlpExporter(otlp => Send(otlp, "metrics"))
                .Build());
        }

        if (who >= Listening.MetricsAndTraces)
        {
            _listeners.Add(Sdk.CreateTracerProviderBuilder()
                .AddSource(ScoringActivities.SourceName)
                .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(0.01)))
                .AddOtlpExporter(otlp => Send(otlp, "traces"))
                .Build());
        }
    }

    private void Send(OtlpExporterOptions otlp, string signal)
    {
        otlp.Protocol = OtlpExportProtocol.HttpProtobuf;
        otlp.Endpoint = new Uri(collector, $"v1/{signal}");
    }

    /// <summary>Takes <c>PUT /metrics</c> and the like.</summary>
    private WebApplication CreateControl(string socket)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(socket));
        var control = builder.Build();
        control.Run(http =>
        {
            Listen(Enum.Parse<Listening>(http.Request.Path.Value!.TrimStart('/')));
            return Task.CompletedTask;
        });
        return control;
    }
}
