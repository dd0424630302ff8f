using Google.Protobuf;
using Scoring.FunctionalTests.Otlp;

namespace Scoring.FunctionalTests.Telemetry;

/// <summary>Ways to say what came over OTLP.</summary>
internal static class OtlpReading
{
    public static string Hex(this ByteString id) => Convert.ToHexStringLower(id.Span);

    public static double Seconds(this Span span) => (span.EndTimeUnixNano - span.StartTimeUnixNano) / 1e9;

    public static object? Get(this IEnumerable<KeyValue> attributes, string key) =>
        attributes.SingleOrDefault(attribute => attribute.Key == key)?.Value switch
        {
            { HasStringValue: true } text => text.StringValue,
            { HasIntValue: true } number => number.IntValue,
            { HasDoubleValue: true } number => number.DoubleValue,
            { HasBoolValue: true } flag => flag.BoolValue,
            _ => null,
        };

    /// <summary>Keys and values in the order of the keys.</summary>
    public static string Text(this IEnumerable<KeyValue> attributes) =>
        string.Join(" ", attributes.OrderBy(
            attribute => attribute.Key, StringComparer.Ordinal).Select(attribute => $"{attribute.Key}={attributes.Get(attribute.Key)}"));
}
