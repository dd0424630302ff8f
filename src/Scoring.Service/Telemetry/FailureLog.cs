using Grpc.Core;

namespace Scoring.Service.Telemetry;

/// <summary>The lines that a client can provoke, of which <see cref="GuardedLogger"/> lets one a second through of each kind.</summary>
internal sealed class FailureLog(ILogger<FailureLog> logger)
{
    public void MessageFailed(Exception exception, ulong id) => Log.MessageFailed(logger, exception, id);

    public void TelemetryFailed(Exception exception) => Log.TelemetryFailed(logger, exception);

    public void LookFailed(Exception exception, string what) => Log.LookFailed(logger, exception, what);

    public void CallFailed(Exception exception, string call) => Log.CallFailed(logger, exception, call);

    public void StreamBroken(Status status) => Log.StreamBroken(logger, status.StatusCode, status.Detail);

    public void OutOfMemory(OutOfMemoryException exception) => Log.OutOfMemory(logger, exception);

    public void ConnectionCut(long bytes, long limit) => Log.ConnectionCut(logger, bytes, limit);

    public void CallsCut(long bytes, long limit) => Log.CallsCut(logger, bytes, limit);

    /// <param name="message">What the caller is told, which has nothing of its credentials.</param>
    public void CallRefused(string message) => Log.CallRefused(logger, message);
}
