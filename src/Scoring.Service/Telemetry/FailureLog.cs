using Grpc.Core;

namespace Scoring.Service.Telemetry;

/// <summary>The lines that a client can provoke, at most one a second of each kind.</summary>
internal sealed class FailureLog(TimeProvider time, ILogger<FailureLog> logger)
{
    private readonly LogLimiter _scoring = new(time);
    private readonly LogLimiter _streams = new(time);
    private readonly LogLimiter _calls = new(time);
    private readonly LogLimiter _memory = new(time);
    private readonly LogLimiter _cuts = new(time);

    public void ScoringFailed(Exception exception, ulong id)
    {
        if (_scoring.TryPass(out var heldBack))
        {
            Log.ScoringFailed(logger, exception, id, heldBack);
        }
    }

    public void StreamBroken(Status status)
    {
        if (_streams.TryPass(out var heldBack))
        {
            Log.StreamBroken(logger, status.StatusCode, status.Detail, heldBack);
        }
    }

    public void OutOfMemory(OutOfMemoryException exception)
    {
        if (_memory.TryPass(out var heldBack))
        {
            Log.OutOfMemory(logger, exception, heldBack);
        }
    }

    public void ConnectionCut(long bytes, long limit)
    {
        if (_cuts.TryPass(out var heldBack))
        {
            Log.ConnectionCut(logger, bytes, limit, heldBack);
        }
    }

    /// <param name="message">What the caller is told, which has nothing of its credentials.</param>
    public void CallRefused(string message)
    {
        if (_calls.TryPass(out var heldBack))
        {
            Log.CallRefused(logger, message, heldBack);
        }
    }
}
