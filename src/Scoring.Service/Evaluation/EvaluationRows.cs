using Scoring.Protocol;
using Scoring.Protocol.Buffers;
using Scoring.Service.Streaming;

namespace Scoring.Service.Evaluation;

/// <summary>The rows of one message and their targets, in pooled memory.</summary>
internal sealed class EvaluationRows(BufferPool buffers) : IDisposable
{
    /// <summary>What is rented for a message besides itself.</summary>
    public static long Bytes(PooledScoreRequest request) =>
        LogitData.UnpackedBytes(request) + ((long)(request.Targets.Count + request.TargetLabels.Count) * sizeof(uint));

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
