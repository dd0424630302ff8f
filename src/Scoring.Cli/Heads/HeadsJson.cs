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
            // By name, as in scoring.proto.
            Limits = Limits.Descriptor.Fields.InFieldNumberOrder().ToDictionary(
                limit => limit.Name, limit => limit.Accessor.GetValue(service.Limits)),
        },
        Options) + "\n";
}
