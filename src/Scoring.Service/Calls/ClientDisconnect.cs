using Microsoft.AspNetCore.Connections;

namespace Scoring.Service.Calls;

/// <summary>A client that has reset its call, or gone: there is nobody to be told, and nothing is wrong with the service.</summary>
internal static class ClientDisconnect
{
    /// <summary>Whether this is why something was thrown. The transport may say so before the call's token does.</summary>
    public static bool Caused(Exception exception, CancellationToken gone) =>
        (exception is IOException or ConnectionAbortedException && !BadBody.Caused(exception)) || gone.IsCancellationRequested;
}
