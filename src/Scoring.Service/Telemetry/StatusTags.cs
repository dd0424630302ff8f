using System.Text.RegularExpressions;
using Grpc.Core;

namespace Scoring.Service.Telemetry;

/// <summary>Status codes as gRPC writes them, such as <c>INVALID_ARGUMENT</c>.</summary>
internal static partial class StatusTags
{
    private static readonly KeyValuePair<string, object?>[] Tags =
        [.. Enum.GetValues<StatusCode>().Order().Select(code => new KeyValuePair<string, object?>("scoring.status", Name(code)))];

    public static KeyValuePair<string, object?> Of(StatusCode code) => Tags[(int)code];

    private static string Name(StatusCode code) => code == StatusCode.OK ? "OK" : WordStart().Replace(code.ToString(), "_").ToUpperInvariant();

    [GeneratedRegex("(?<=[a-z])(?=[A-Z])")]
    private static partial Regex WordStart();
}
