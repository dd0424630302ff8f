using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Scoring.V1;

namespace Scoring.Service.Evaluation;

/// <summary>A head with its new temperature, as <c>Scoring:Heads</c> has it.</summary>
internal static class CalibratedHead
{
    /// <summary>What a built-in head is called: its own name is taken.</summary>
    private const string BuiltInName = "calibrated";

    /// <summary>Labels as they are read, and not as escapes.</summary>
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string ToJson(EvaluationPlan plan, float temperature)
    {
        var head = plan.Head;
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json, Options))
        {
            writer.WriteStartObject();
            writer.WriteStartObject(head.Revision == 0 ? BuiltInName : head.Name);
            writer.WriteString("activation", head.Activation switch
            {
                Activation.Softmax => "softmax",
                Activation.LogSoftmax => "log_softmax",
                _ => "sigmoid",
            });
            if (head.Labels.Count > 0)
            {
                Write(writer, "labels", head.Labels, writer.WriteStringValue);
            }
            else
            {
                writer.WriteNumber("classes", plan.Classes);
            }

            writer.WriteNumber("temperature", temperature);
            if (head.Bias.Length > 0)
            {
                Write(writer, "bias", head.Bias, writer.WriteNumberValue);
            }

            writer.WriteNumber("threshold", head.Threshold);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(json.GetBuffer(), 0, (int)json.Length);
    }

    private static void Write<T>(Utf8JsonWriter writer, string name, IEnumerable<T> values, Action<T> write)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
        {
            write(value);
        }

        writer.WriteEndArray();
    }
}
