using Grpc.Core;

namespace Scoring.Service.Calls;

/// <summary>A body that is not what its headers say: not in whole chunks, too slow. Whoever sent it is there to be told.</summary>
internal static class BadBody
{
    /// <summary>Whether this is why something was thrown. Kestrel has no exception of its own for a chunk whose length is no 32-bit number.</summary>
    public static bool Caused(Exception exception) =>
        exception is BadHttpRequestException or IOException { InnerException: OverflowException };

    public static Status StatusOf(Exception exception) => new(StatusCode.InvalidArgument, exception.Message);
}
