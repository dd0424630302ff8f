using Scoring.Service.Connections;
using Scoring.Service.Memory;

namespace Scoring.Service.Evaluation;

/// <summary>
/// What one Evaluate or Calibrate call holds to measure with, among all that is held, and for its connection: where all is too much, the connection
/// is cut that makes it so.
/// </summary>
internal sealed class EvaluationMemory(HeldMemory held, ConnectionCutter cutter, ConnectionMemory connection) : IDisposable
{
    private long _bytes;

    /// <summary>Counts so many bytes more, or fewer.</summary>
    public void Add(long bytes)
    {
        _bytes += bytes;
        held.AddEvaluation(bytes);
        connection.AddEvaluation(bytes);
        if (bytes > 0)
        {
            cutter.Check();
        }
    }

    public void Dispose() => Add(-_bytes);
}
