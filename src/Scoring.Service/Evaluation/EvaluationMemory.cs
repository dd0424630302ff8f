using Scoring.Service.Connections;
using Scoring.Service.Memory;

namespace Scoring.Service.Evaluation;

/// <summary>
/// What one Evaluate or Calibrate call holds to measure with, among all that is held, and for its connection: where all is too much, the connection
/// is cut that makes it so.
/// </summary>
internal sealed class EvaluationMemory(HeldMemory held, ConnectionCutter cutter, ConnectionMemory connection) : IDisposable
{
    /// <summary>What the call holds now.</summary>
    public long Bytes { get; private set; }

    /// <summary>Counts so many bytes more, or fewer.</summary>
    public void Add(long bytes)
    {
        Bytes += bytes;
        held.AddEvaluation(bytes);
        connection.AddEvaluation(bytes);
        if (bytes > 0)
        {
            cutter.Check();
        }
    }

    public void Dispose() => Add(-Bytes);
}
