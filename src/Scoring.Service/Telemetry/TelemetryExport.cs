using Microsoft.Extensions.Options;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Scoring.Service.Settings;

namespace Scoring.Service.Telemetry;

/// <summary>
/// Who listens: over OTLP whom the <c>OTEL_*</c> variables name, and Prometheus where there is an admin port. Without either nobody does, and
/// nothing is measured.
/// </summary>
internal static class TelemetryExport
{
    /// <summary>Unless a variable has another name.</summary>
    private const string ServiceName = "scoring";

    /// <summary>Values of standard variables where nobody sets them.</summary>
    public static IReadOnlyList<KeyValuePair<string, string?>> Defaults { get; } =
    [
        new("OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION", "base2_exponential_bucket_histogram"),
        new("OTEL_METRICS_EXEMPLAR_FILTER", "trace_based"),
    ];

    public static void Add(IServiceCollection services, IConfiguration configuration, bool isScraped)
    {
        var traces = new OtlpSignal(configuration, "TRACES");
        var metrics = new OtlpSignal(configuration, "METRICS");
        var logs = new OtlpSignal(configuration, "LOGS");
        if (!isScraped && !traces.IsSent && !metrics.IsSent && !logs.IsSent)
        {
            return;
        }

        // The variables come last, so that they win.
        var telemetry = services.AddOpenTelemetry().ConfigureResource(
            resource => resource.Clear().AddService(ServiceName).AddTelemetrySdk().AddEnvironmentVariableDetector());
        if (traces.IsSent)
        {
            telemetry.WithTracing(
                tracing => tracing.AddSource(ScoringActivities.SourceName).AddAspNetCoreInstrumentation().AddOtlpExporter(traces.Configure));
        }

        if (logs.IsSent)
        {
            telemetry.WithLogging(logging => logging.AddOtlpExporter(logs.Configure));
        }

        if (isScraped || metrics.IsSent)
        {
            telemetry.WithMetrics(builder => AddMetrics(builder, metrics, isScraped));
        }
    }

    private static void AddMetrics(MeterProviderBuilder builder, OtlpSignal metrics, bool isScraped)
    {
        builder.AddMeter(ScoringMetrics.MeterName, "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel");
        ((IDeferredMeterProviderBuilder)builder).Configure(static (services, provider) =>
        {
            var limits = new SeriesLimits(
                services.GetRequiredService<IOptions<LimitSettings>>().Value, services.GetRequiredService<IOptions<TelemetrySettings>>().Value);
            provider.AddView(instrument => instrument.Meter.Name == ScoringMetrics.MeterName && limits.Of(instrument.Name) is { } limit
                ? new MetricStreamConfiguration { CardinalityLimit = limit }
                : null);
        });
        if (metrics.IsSent)
        {
            builder.AddOtlpExporter(metrics.Configure);
        }

        if (isScraped)
        {
            builder.AddPrometheusExporter();
        }
    }
}
