using Grpc.Core;
using Scoring.Client.Connections;

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

        var what = IsOfAnotherProtocol(cause) ? $"speaks no HTTP/2 in clear text ({cause.Message})" : WhatBecameOf(error);
        return what is null
            ? null
            : $"what answers there {what}; a service with TLS has an address with https://, and JSON and metrics have ports of their own";
    }

    /// <summary>What became of a connection on which nothing was said; null where there was more. .NET tells it or not, as it happens.</summary>
    private static string? WhatBecameOf(HttpRequestException error)
    {
        string? what = null;
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
        {
            what = cause is NoResponseException ? cause.Message : IsOfHandshake(cause.Message) ? "did not begin to speak HTTP/2 in clear text" : what;
        }

        return what;
    }

    /// <summary>Whether a connection came to nothing after it was made.</summary>
    public static bool IsOfHandshake(string message) => message.Contains("HTTP/2 handshake", StringComparison.Ordinal);

    /// <summary>A server of HTTP/2 may find a fault with this client by the same code as this client with what is no HTTP/2.</summary>
    private static bool IsOfAnotherProtocol(Exception cause) =>
        cause is HttpProtocolException protocol
            && (protocol.ErrorCode == Http11Required || protocol.Message.Contains("sent invalid data", StringComparison.Ordinal));
}
