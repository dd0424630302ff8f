using System.Text.Json.Serialization;

namespace Scoring.Cli.Bench;

/// <summary>What one load costs for each message, in multiples of another.</summary>
/// <param name="Time">Over all streams together.</param>
/// <param name="ClientCpu">Processor time of the client.</param>
/// <param name="ServerCpu">Processor time of the server; null where it does not tell.</param>
internal sealed record LoadRatio(
    [property: JsonPropertyName("time")] double Time, [property: JsonPropertyName("client_cpu")] double ClientCpu,
    [property: JsonPropertyName("server_cpu")] double? ServerCpu);
