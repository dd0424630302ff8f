using System.Security.Authentication;
using Grpc.Core;

namespace Scoring.Client;

/// <summary>How a call ended before it was done, by what that asks of a caller whose messages may be scored twice.</summary>
internal enum CallEnding
{
    /// <summary>The service has said no: another call would bring the same.</summary>
    Refused,

    /// <summary>The service went away, or the way to it: another call may find it.</summary>
    Away,

    /// <summary>
    /// This one call was cut off, and not by its caller: by something on the way, or because of what is in it. Proxies make a cancellation of the
    /// reset that follows a service's status, and what becomes of that status is a matter of chance.
    /// </summary>
    Cut,
}

/// <summary>Tells the endings of gRPC's calls apart.</summary>
internal static class CallEndings
{
    private const long RefusedStream = 7;

    /// <summary>How gRPC's client, which calls it CANCELLED or INTERNAL, tells of a status that is no number.</summary>
    private const string NoStatus = "Unexpected grpc-status value";

    /// <summary>The ending that a status speaks of by itself.</summary>
    public static CallEnding Of(StatusCode code) => code switch
    {
        StatusCode.Unavailable => CallEnding.Away,
        StatusCode.Cancelled => CallEnding.Cut,
        _ => CallEnding.Refused,
    };

    /// <summary>
    /// A connection that went away is UNAVAILABLE whatever gRPC's client calls it: a service that stops ends its streams with that status and
    /// then closes the connection, and which of the two is seen first is a matter of chance.
    /// </summary>
    /// <param name="status">One of <see cref="Known(Status)"/>.</param>
    public static CallEnding Of(Status status)
    {
        var ending = Of(status.StatusCode);
        for (var cause = status.DebugException; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case AuthenticationException:
                    return CallEnding.Refused;
                case HttpProtocolException protocol when IsResetOfStream(protocol):
                    return protocol.ErrorCode == RefusedStream ? CallEnding.Away : CallEnding.Cut;
                // An answer ends in its middle where a proxy loses its server: it then ends the call as if nothing had happened, or by a status of
                // its own.
                case InvalidDataException cut when cut.Message.Contains("Unexpected end of content", StringComparison.Ordinal):
                // Of a connection that ends before it has begun, .NET tells the cause or not, as it happens.
                case HttpRequestException { Message: var message } when TransportError.IsOfHandshake(message):
                case IOException:
                    ending = CallEnding.Away;
                    break;
            }
        }

        return ending;
    }

    /// <summary>What the service has said in the place of a status is UNKNOWN where gRPC has no such status.</summary>
    public static Status Known(Status status)
    {
        var isNone = status.DebugException is InvalidOperationException { Message: var message }
            && message.StartsWith(NoStatus, StringComparison.Ordinal);
        return !isNone && Enum.IsDefined(status.StatusCode) ? status : new Status(StatusCode.Unknown, status.Detail, status.DebugException);
    }

    /// <summary>The end of a connection has the same type and the same codes, and nothing but its text tells the two apart.</summary>
    private static bool IsResetOfStream(HttpProtocolException exception) => exception.Message.Contains("reset the stream", StringComparison.Ordinal);
}
