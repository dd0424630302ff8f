using Scoring.Protocol.Buffers;
using Scoring.Protocol.OpenInference;
using Scoring.V1;

namespace Scoring.Protocol;

/// <summary>A <see cref="ScoreResponse"/> in pooled memory. The fields mean what the proto says of them.</summary>
internal sealed class PooledScoreResponse(FreeList<PooledScoreResponse> home, BufferPool buffers) : PooledMessage<PooledScoreResponse>(home)
{
    /// <summary>The index of the best class of a row that has no score: -1 as a signed number.</summary>
    public const uint NoClass = uint.MaxValue;

    /// <summary>Labels that an idle message has room for.</summary>
    private const int MaxIdleLabels = 1024;

    public ulong Id { get; set; }

    public Error? Error { get; set; }

    /// <summary>What a request of the Open Inference Protocol has told; its request's.</summary>
    public InferenceDetails? Inference { get; set; }

    public uint Rows { get; set; }

    public uint Classes { get; set; }

    public PooledArray<float> Scores { get; } = new(buffers);

    public PooledArray<uint> TopIndices { get; } = new(buffers);

    public PooledArray<float> TopScores { get; } = new(buffers);

    /// <summary>As they were received. A server does not list them: it says which labels <see cref="TopIndices"/> stand for.</summary>
    public List<string> TopLabels { get; } = [];

    /// <summary>
    /// What all classes are called, as it is sent; null where the best ones' names were not asked for. It is not this message's to change.
    /// </summary>
    public byte[][]? HeadLabels { get; set; }

    /// <summary>The bytes of the labels of all best classes.</summary>
    public long TopLabelBytes { get; set; }

    /// <summary>How many labels of the best classes will be sent.</summary>
    public int TopLabelCount => HeadLabels is null ? 0 : TopIndices.Count;

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

    /// <summary>The label of one of the best classes, as it is sent; empty where its row has no score.</summary>
    public ReadOnlySpan<byte> TopLabel(int index) =>
        TopIndices.Span[index] is var best && best < (uint)HeadLabels!.Length ? HeadLabels[best] : default;

    /// <summary>Makes this the answer to a request: it has its id, and what the request's protocol needs for an answer.</summary>
    public void Answer(PooledScoreRequest request) => (Id, Inference) = (request.Id, request.Inference);

    protected override void Clear()
    {
        Id = 0;
        Error = null;
        Inference = null;
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
        // The list of a large answer is not kept for small ones.
        TopLabels.Capacity = TopLabels.Capacity > MaxIdleLabels ? 0 : TopLabels.Capacity;
        HeadLabels = null;
        TopLabelBytes = 0;
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
