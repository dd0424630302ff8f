using Grpc.Core;

namespace Scoring.Service.Calls;

/// <summary>A body that is not what its headers say: not in whole chunks, too slow. Whoever sent it is there to be told.</summary>
internal static class BadBody
{
    /// <summary>Whether this is why something was thrown. Kestrel has no exception of its own for a chunk whose length is no 32-bit number.</summary>
    public static bool Caused(Exception exception) =>
        exception is BadHttpRequestException or IOException { InnerException: OverflowException } || IsTooLarge(exception);

    public static Status StatusOf(Exception exception) => IsTooLarge(exception)
        ? new(StatusCode.ResourceExhausted, $"a message of more than {int.MaxValue} bytes, which no message may have")
        : new(StatusCode.InvalidArgument, exception.Message);

    /// <summary>Of a length that is no 32-bit number gRPC says so with no exception of its own, and with no limit.</summary>
    private static bool IsTooLarge(Exception exception) =>
        exception is IOException && exception.Message.StartsWith("Message too large", StringComparison.Ordinal);
}
