using System.Buffers;

namespace Scoring.Service.Calls;

/// <summary>
/// The time that a caller gives a call: <c>grpc-timeout</c>. gRPC for .NET 2.85 takes one that it cannot read for none, and fails in the call where
/// one has more digits than it may have.
/// </summary>
internal static class CallTimeout
{
    /// <summary>As gRPC over HTTP/2 has it: "positive integer as ASCII string of at most 8 digits".</summary>
    private const int MostDigits = 8;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789");

    /// <summary>Whether a call of gRPC has a time that is none.</summary>
    public static bool IsBad(HttpRequest request) =>
        request.Headers.GrpcTimeout is { Count: > 0 } timeout
        && request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true
        && !(timeout is [{ } only] && IsTime(only));

    private static bool IsTime(ReadOnlySpan<char> timeout) =>
        timeout is [.. var number, 'H' or 'M' or 'S' or 'm' or 'u' or 'n']
        && number.Length is > 0 and <= MostDigits
        && !number.ContainsAnyExcept(Digits);
}
