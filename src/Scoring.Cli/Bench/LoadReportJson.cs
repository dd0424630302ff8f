using System.Text.Json;
using System.Text.Json.Serialization;

namespace Scoring.Cli.Bench;

/// <summary>A report for programs: one object, whose names tell the units.</summary>
internal static class LoadReportJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        WriteIndented = true,
    };

    public static string Format(LoadReport report) => JsonSerializer.Serialize(report, Options) + "\n";
}
