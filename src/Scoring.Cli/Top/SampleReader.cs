using System.Globalization;
using System.Text;

namespace Scoring.Cli.Top;

/// <summary>Reads the Prometheus text format, version 0.0.4: <c>name{label="value",…} number</c>, comments and empty lines.</summary>
internal static class SampleReader
{
    /// <exception cref="InvalidDataException">A line is not of this format.</exception>
    public static IEnumerable<Sample> Read(string text)
    {
        foreach (var (index, line) in text.Split('\n').Index())
        {
            var trimmed = line.Trim();
            if (trimmed.Length > 0 && trimmed[0] != '#')
            {
                yield return ReadLine(trimmed) ?? throw new InvalidDataException($"line {index + 1} is no metric");
            }
        }
    }

    private static Sample? ReadLine(string line)
    {
        var nameEnd = line.IndexOfAny(['{', ' ', '\t']);
        if (nameEnd <= 0)
        {
            return null;
        }

        var labels = new Dictionary<string, string>();
        var rest = line.AsSpan(nameEnd);
        if (rest[0] == '{' && !ReadLabels(ref rest, labels))
        {
            return null;
        }

        // A time may follow the value; the page is of now.
        var value = rest.Trim();
        var valueEnd = value.IndexOfAny(' ', '\t');
        return Number(valueEnd < 0 ? value : value[..valueEnd]) is { } number ? new Sample(line[..nameEnd], labels, number) : null;
    }

    private static bool ReadLabels(ref ReadOnlySpan<char> rest, Dictionary<string, string> labels)
    {
        rest = rest[1..].TrimStart();
        while (rest is not ['}', ..])
        {
            var equals = rest.IndexOf('=');
            if (equals <= 0)
            {
                return false;
            }

            var name = rest[..equals].Trim().ToString();
            rest = rest[(equals + 1)..].TrimStart();
            if (rest is not ['"', ..] || !ReadValue(ref rest, out var value))
            {
                return false;
            }

            labels[name] = value;
            rest = rest.TrimStart();
            rest = rest is [',', ..] ? rest[1..].TrimStart() : rest;
        }

        rest = rest[1..];
        return true;
    }

    /// <summary>Reads a value in quotes, in which a backslash escapes a quote, itself and n.</summary>
    private static bool ReadValue(ref ReadOnlySpan<char> rest, out string value)
    {
        var text = new StringBuilder();
        for (var at = 1; at < rest.Length; at++)
        {
            switch (rest[at])
            {
                case '"':
                    rest = rest[(at + 1)..];
                    value = text.ToString();
                    return true;
                case '\\' when at + 1 < rest.Length:
                    at++;
                    text.Append(rest[at] == 'n' ? '\n' : rest[at]);
                    break;
                default:
                    text.Append(rest[at]);
                    break;
            }
        }

        value = "";
        return false;
    }

    private static double? Number(ReadOnlySpan<char> text) => text switch
    {
        "+Inf" or "Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        "NaN" => double.NaN,
        _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null,
    };
}
