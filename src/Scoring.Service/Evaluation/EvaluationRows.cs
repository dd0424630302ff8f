using Scoring.Protocol.Buffers;

namespace Scoring.Service.Evaluation;

/// <summary>The rows of one message and their targets, in pooled memory.</summary>
internal sealed class EvaluationRows(BufferPool buffers) : IDisposable
{
    /// <summary>Rows × classes.</summary>
    public PooledArray<float> Logits { get; } = new(buffers);

    /// <summary>For each row a class, or 0 or 1 for each of its classes.</summary>
    public PooledArray<uint> Targets { get; } = new(buffers);

    public void Dispose()
    {
        Logits.Release();
        Targets.Release();
    }
}
