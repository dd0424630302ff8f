using System.Text.Encodings.Web;
using System.Text.Json;
using Scoring.V1;

namespace Scoring.Cli.Heads;

/// <summary>Heads and limits for programs: one object.</summary>
internal static class HeadsJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        // A terminal and a parser read it, not a web page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    public static string Format(ListHeadsResponse service) => JsonSerializer.Serialize(
        new
        {
            Heads = service.Heads.Select(head => new
            {
                head.Name,
                Activation = ServiceActivation.NameOf(head.Activation),
                head.Classes,
                Labels = head.Labels.ToArray(),
                head.Temperature,
                head.Threshold,
                Bias = head.Bias.ToArray(),
                Groups = head.Groups.ToArray(),
                head.Revision,
            }),
            Limits = new
            {
                service.Limits.MessageBytes,
                service.Limits.Rows,
                service.Limits.Classes,
                service.Limits.TopK,
                service.Limits.StreamBytes,
                service.Limits.ServerBytes,
                service.Limits.StreamsPerConnection,
                service.Limits.Connections,
                service.Limits.ConnectionAgeMs,
                service.Limits.FirstMessageMs,
                service.Limits.StreamIdleMs,
                service.Limits.SlowReaderMs,
                service.Limits.ConnectionBytes,
                service.Limits.BufferBytes,
                service.Limits.CrowdedMs,
                service.Limits.MessagesPerSecond,
                service.Limits.RowsPerSecond,
                service.Limits.EvaluationClasses,
                service.Limits.EvaluationCalls,
                service.Limits.EvaluationCallsPerCaller,
                service.Limits.EvaluationIdleMs,
                service.Limits.CalibrationBytes,
                service.Limits.CalibrationBytesPerCaller,
            },
        },
        Options) + "\n";
}
