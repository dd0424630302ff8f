using Grpc.Core;

namespace Scoring.Client;

/// <summary>Tells whoever has given an address what is wrong with it: .NET tells what is wrong with a connection.</summary>
internal static class TransportError
{
    private const long Http11Required = 13;

    /// <summary>What kept the call from being made; null where it was made.</summary>
    public static HttpRequestException? Of(RpcException? exception)
    {
        var cause = exception?.Status.DebugException;
        while (cause is not null and not HttpRequestException)
        {
            cause = cause.InnerException;
        }

        return cause as HttpRequestException;
    }

    /// <summary>In one line; null where the address may well be right.</summary>
    public static string? Explain(HttpRequestException? error)
    {
        if (error?.GetBaseException() is not { } cause)
        {
            return null;
        }

        if (error.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            return cause.Message.Contains("certificate", StringComparison.OrdinalIgnoreCase)
                ? cause.Message
                : $"what answers there speaks no TLS ({cause.Message}); a service in clear text has an address with http://";
        }

        return IsOfAnotherProtocol(cause) || error.Message.Contains("HTTP/2 handshake", StringComparison.Ordinal)
            ? $"what answers there speaks no HTTP/2 in clear text ({cause.Message}); a service with TLS has an address with https://, and JSON and metrics have ports of their own"
            : null;
    }

    /// <summary>A server of HTTP/2 may find a fault with this client by the same code as this client with what is no HTTP/2.</summary>
    private static bool IsOfAnotherProtocol(Exception cause) =>
        cause is HttpProtocolException protocol && (protocol.ErrorCode == Http11Required || protocol.Message.Contains("sent invalid data", StringComparison.Ordinal));
}
