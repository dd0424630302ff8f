using System.Text.Json;

namespace Scoring.Heads.Reading;

/// <summary>Where a text stops being JSON, for whoever has written it: .NET's own words are about its reader.</summary>
internal static class JsonFault
{
    /// <summary>Lines and bytes count from 1.</summary>
    /// <param name="exception">What .NET's reader has thrown.</param>
    /// <param name="json">The text that it has read, from its first byte.</param>
    public static string Of(JsonException exception, ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty)
        {
            return "it is empty";
        }

        var (line, inLine) = ((int)(exception.LineNumber ?? 0), (int)(exception.BytePositionInLine ?? 0));
        var rest = json;
        for (var i = 0; i < line; i++)
        {
            rest = rest[(rest.IndexOf((byte)'\n') + 1)..];
        }

        var place = $"line {line + 1}, byte {inLine + 1}";
        return inLine >= rest.Length ? $"it ends at {place}, before it is complete" : $"{Name(rest[inLine])} is out of place at {place}";
    }

    private static string Name(byte found) => found is > (byte)' ' and <= (byte)'~' ? $"'{(char)found}'" : $"the byte 0x{found:x2}";
}
