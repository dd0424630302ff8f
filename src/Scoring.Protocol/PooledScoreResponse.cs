using Scoring.Protocol.Buffers;
using Scoring.V1;

namespace Scoring.Protocol;

/// <summary>A <see cref="ScoreResponse"/> in pooled memory. The fields mean what the proto says of them.</summary>
internal sealed class PooledScoreResponse(FreeList<PooledScoreResponse> home, BufferPool buffers) : PooledMessage<PooledScoreResponse>(home)
{
    public ulong Id { get; set; }

    public Error? Error { get; set; }

    public uint Rows { get; set; }

    public uint Classes { get; set; }

    public PooledArray<float> Scores { get; } = new(buffers);

    public PooledArray<uint> TopIndices { get; } = new(buffers);

    public PooledArray<float> TopScores { get; } = new(buffers);

    public List<string> TopLabels { get; } = [];

    public PooledArray<float> LogSumExp { get; } = new(buffers);

    public PooledArray<float> Entropy { get; } = new(buffers);

    public PooledArray<float> Losses { get; } = new(buffers);

    public PooledArray<uint> Decisions { get; } = new(buffers);

    public PooledArray<uint> InvalidRows { get; } = new(buffers);

    /// <summary>Whether the answer says how it was handled.</summary>
    public bool HasReceipt { get; set; }

    public ulong QueueNs { get; set; }

    public ulong KernelNs { get; set; }

    public uint BatchRows { get; set; }

    public ulong HeadRevision { get; set; }

    protected override void Clear()
    {
        Id = 0;
        Error = null;
        ClearResults();
    }

    /// <summary>Drops all but the id, which is what an answer that turns out to be an error still carries.</summary>
    public void ClearResults()
    {
        Rows = 0;
        Classes = 0;
        Scores.Release();
        TopIndices.Release();
        TopScores.Release();
        TopLabels.Clear();
        LogSumExp.Release();
        Entropy.Release();
        Losses.Release();
        Decisions.Release();
        InvalidRows.Release();
        HasReceipt = false;
        QueueNs = 0;
        KernelNs = 0;
        BatchRows = 0;
        HeadRevision = 0;
    }
}
