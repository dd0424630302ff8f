using System.Text.Json;
using Scoring.Cli.Files;
using Scoring.Heads;

namespace Scoring.Cli.Evaluate;

/// <summary>The file of a fitted head, which may be there already.</summary>
internal static class HeadFile
{
    /// <summary>As much as a service reads.</summary>
    private const long MaxBytes = 64 << 20;

    /// <summary>What is replaced may be the file that a service has its heads from, of which those that were not fitted would be missing.</summary>
    /// <param name="path">Null for none.</param>
    /// <param name="head">The head that is fitted.</param>
    /// <exception cref="IOException">It has other heads.</exception>
    public static void RequireNoOtherHeads(string? path, string head)
    {
        if (path is null || !File.Exists(path) || FileIdentity.IsSpecial(path) || new FileInfo(path).Length == 0)
        {
            return;
        }

        var written = BuiltInHeads.All.Any(known => known.Name == head) ? BuiltInHeads.CalibratedName : head;
        var others = NamesIn(path).Where(name => !name.Equals(written, StringComparison.OrdinalIgnoreCase)).ToList();
        if (others.Count > 0)
        {
            throw new IOException(
                $"{path} has {(others.Count == 1 ? "another head" : "other heads")}, {string.Join(", ", others.Select(Quoted.Text))}, and what is "
                + $"written would have {Quoted.Text(written)} alone: give another name, and copy the head from there.");
        }
    }

    /// <summary>The labels are those of the columns where the head has none, and a column may be called what no service takes for a label.</summary>
    /// <param name="path">Null for none.</param>
    /// <param name="labels">What is written as the labels of the head.</param>
    /// <exception cref="InvalidDataException">One is none.</exception>
    public static void RequireLabels(string? path, IReadOnlyList<string> labels)
    {
        var most = new HeadLimits().LabelLength;
        if (path is not null && labels.Index().FirstOrDefault(label => label.Item.Length == 0 || label.Item.Length > most) is (var index, { } wrong))
        {
            throw new InvalidDataException(
                $"class {index} is called '{Quoted.Text(wrong)}', which has {Plural.Of(wrong.Length, "character")}; a label that {path} is to have "
                + $"has 1 to {most}: name its column otherwise.");
        }
    }

    private static IReadOnlyList<string> NamesIn(string path)
    {
        if (new FileInfo(path).Length > MaxBytes)
        {
            throw NoHeads(path);
        }

        try
        {
            using var file = File.OpenRead(path);
            return HeadJson.Names(file);
        }
        catch (Exception exception) when (exception is JsonException or FormatException)
        {
            // It may have been one, of which somebody will mend a comma.
            throw NoHeads(path);
        }
    }

    private static IOException NoHeads(string path) => new($"{path} is there, and cannot be read as a file of heads: give another name.");
}
