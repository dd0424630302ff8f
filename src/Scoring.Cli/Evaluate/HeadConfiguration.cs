using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Scoring.Cli.Evaluate;

/// <summary>A head as the service's configuration has it: an object under its name.</summary>
internal static class HeadConfiguration
{
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Names the classes after the file where the head has no labels: a built-in head knows of none.</summary>
    public static string WithLabels(string configuration, IReadOnlyList<string> labels)
    {
        if (labels.Count == 0 || JsonNode.Parse(configuration) is not JsonObject heads)
        {
            return configuration;
        }

        foreach (var (_, node) in heads)
        {
            if (node is JsonObject head && !head.ContainsKey("labels"))
            {
                head.Remove("classes");
                head.Insert(Math.Min(1, head.Count), "labels", new JsonArray([.. labels.Select(label => JsonValue.Create(label))]));
            }
        }

        return heads.ToJsonString(Options);
    }
}
