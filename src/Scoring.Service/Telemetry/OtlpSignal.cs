using System.Globalization;
using OpenTelemetry.Exporter;

namespace Scoring.Service.Telemetry;

/// <summary>
/// One signal as the <c>OTEL_*</c> variables set it. The exporter reads those for all signals itself; those for one, such as
/// <c>OTEL_EXPORTER_OTLP_TRACES_ENDPOINT</c>, it reads only where it switches on all signals.
/// </summary>
/// <param name="configuration">Where the variables are.</param>
/// <param name="name"><c>TRACES</c>, <c>METRICS</c> or <c>LOGS</c>.</param>
internal sealed class OtlpSignal(IConfiguration configuration, string name)
{
    /// <summary>Whether it goes anywhere: it has an endpoint, its own or that of all signals, and is not switched off.</summary>
    public bool IsSent => configuration[$"OTEL_{name}_EXPORTER"] != "none"
        && (!string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]) || Own("ENDPOINT") is not null);

    /// <summary>What is set for this signal alone.</summary>
    public void Configure(OtlpExporterOptions options)
    {
        if (Own("PROTOCOL") is { } protocol)
        {
            options.Protocol = protocol == "http/protobuf" ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        }

        if (Own("ENDPOINT") is { } endpoint)
        {
            options.Endpoint = new Uri(endpoint);
        }

        options.Headers = Own("HEADERS") ?? options.Headers;
        if (int.TryParse(Own("TIMEOUT"), CultureInfo.InvariantCulture, out var milliseconds))
        {
            options.TimeoutMilliseconds = milliseconds;
        }
    }

    private string? Own(string variable) => configuration[$"OTEL_EXPORTER_OTLP_{name}_{variable}"] is { Length: > 0 } value ? value : null;
}
