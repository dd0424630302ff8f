using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Scoring.Heads.Reading;

namespace Scoring.Heads;

/// <summary>
/// Heads as JSON: an object with one for each name, which the service takes under <c>Scoring:Heads</c> or as its <c>Scoring:HeadsFile</c>.
/// </summary>
public static class HeadJson
{
    /// <summary>Labels as they are read, and not as escapes.</summary>
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions NodeOptions = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads heads, and the files of labels that they name.</summary>
    /// <param name="json">UTF-8. Comments and commas too many are passed over.</param>
    /// <param name="folder">What the names of files of labels are relative to; the current folder where it is empty.</param>
    /// <param name="limits">How much there may be; by default as much as the service takes on.</param>
    /// <returns>The heads that are well-formed, and what is wrong with the others. Labels files that cannot be read are problems as well.</returns>
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="FormatException">
    /// It is not an object, has two values under one path, where upper and lower case make no difference, has half of a
    /// surrogate pair in a text, or has its heads under <c>Scoring:Heads</c>.
    /// </exception>
    public static HeadConfiguration Read(Stream json, string folder = "", HeadLimits? limits = null)
    {
        var heads = new SettingNode("Heads");
        foreach (var (path, value) in JsonSettings.Read(json))
        {
            heads.Set($":{path}", value);
        }

        return HeadsReader.Read(heads, Path.GetFullPath(folder.Length == 0 ? "." : folder), limits ?? new HeadLimits(), new Problems());
    }

    /// <summary>The names of the heads that <see cref="Read"/> would read, well-formed or not.</summary>
    internal static IReadOnlyList<string> Names(Stream json) =>
        [.. JsonSettings.Read(json).Keys.Select(path => path.Split(':')[0]).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>Writes heads so that they are read as they are.</summary>
    /// <param name="heads">Heads of different names. The built-in ones are written as well, but not read.</param>
    /// <returns>Indented JSON; the labels stand in it, whatever file they came from.</returns>
    /// <exception cref="ArgumentException">
    /// A temperature, a bias or a threshold is not finite; or a name is none, or that of two heads, where upper and lower case make no difference.
    /// </exception>
    public static string Write(params ReadOnlySpan<HeadDefinition> heads)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json, Options))
        {
            writer.WriteStartObject();
            foreach (var head in heads)
            {
                if (HeadsReader.NameProblem(head.Name) is { } problem)
                {
                    throw new ArgumentException($"'{Quoted.Text(head.Name)}' {problem}.", nameof(heads));
                }

                if (!names.Add(head.Name))
                {
                    throw new ArgumentException($"Two heads have the name '{head.Name}'.", nameof(heads));
                }

                Write(writer, head);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(json.GetBuffer(), 0, (int)json.Length);
    }

    /// <summary>Names the classes of heads that have no labels.</summary>
    /// <param name="json">What <see cref="Write(ReadOnlySpan{HeadDefinition})"/> has written, of this version or another.</param>
    /// <param name="labels">One for each class; none for leaving the heads as they are.</param>
    internal static string WithLabels(string json, IReadOnlyList<string> labels)
    {
        if (labels.Count == 0 || JsonNode.Parse(json) is not JsonObject heads)
        {
            return json;
        }

        foreach (var (_, node) in heads)
        {
            if (node is JsonObject head && !head.ContainsKey("labels"))
            {
                head.Remove("classes");
                head.Insert(Math.Min(1, head.Count), "labels", new JsonArray([.. labels.Select(label => JsonValue.Create(label))]));
            }
        }

        return heads.ToJsonString(NodeOptions);
    }

    private static void Write(Utf8JsonWriter writer, HeadDefinition head)
    {
        writer.WriteStartObject(head.Name);
        writer.WriteString("activation", ActivationNames.Of(head.Activation));
        if (head.Labels.Count > 0)
        {
            Write(writer, "labels", head.Labels, writer.WriteStringValue);
        }
        else if (head.Classes > 0)
        {
            writer.WriteNumber("classes", head.Classes);
        }

        writer.WriteNumber("temperature", head.Temperature);
        if (head.Bias.Length > 0)
        {
            Write(writer, "bias", head.Bias, writer.WriteNumberValue);
        }

        if (head.Groups.Length > 0)
        {
            Write(writer, "groups", head.Groups, writer.WriteNumberValue);
        }

        if (head.Activation.HasProbabilities())
        {
            writer.WriteNumber("threshold", head.Threshold);
        }

        writer.WriteEndObject();
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
