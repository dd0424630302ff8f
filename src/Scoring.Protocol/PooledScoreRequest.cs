using Scoring.Protocol.Buffers;
using Scoring.Protocol.OpenInference;
using Scoring.V1;

namespace Scoring.Protocol;

/// <summary>A <see cref="ScoreRequest"/> in pooled memory. The fields mean what the proto says of them.</summary>
internal sealed class PooledScoreRequest(FreeList<PooledScoreRequest> home, BufferPool buffers) : PooledMessage<PooledScoreRequest>(home)
{
    /// <summary>Characters in the name of a head. A longer one names no head.</summary>
    public const int MaxHeadLength = 256;

    /// <summary>Characters of a traceparent that are read. It has 55; a later version of the standard may add to them.</summary>
    public const int MaxTraceparentLength = 256;

    /// <summary>A target is of a logit at least, and together they take this much of a message.</summary>
    private const int BytesOfTarget = 3;

    /// <summary>What is kept of a message that has no room for logits beside its targets.</summary>
    private const int LeastTargets = 1024;

    private InferenceDetails? _inference;

    public ulong Id { get; set; }

    public string Head { get; set; } = string.Empty;

    public uint Classes { get; set; }

    public PooledArray<float> Logits { get; } = new(buffers);

    public PooledArray<byte> Data { get; } = new(buffers);

    public DataType DataType { get; set; }

    public OutputSet Outputs { get; set; }

    /// <summary>An output that was asked for and that this version does not know; null where there is none.</summary>
    public int? UnknownOutput { get; set; }

    public uint TopK { get; set; }

    public float? Temperature { get; set; }

    public PooledArray<uint> Targets { get; } = new(buffers);

    /// <summary>
    /// Targets, by class or by label, beyond <see cref="MostTargets"/>: they are counted and not kept, because each could take four times its own
    /// bytes.
    /// </summary>
    public int SurplusTargets { get; set; }

    public NonFinite NonFinite { get; set; }

    public string Traceparent { get; set; } = string.Empty;

    public PooledStrings TargetLabels { get; } = new(buffers);

    /// <summary>What reading the message ran into, where that was no fault of the message's; null where it was read.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Where the message came by the Open Inference Protocol, what it says beyond these fields; null where it did not.</summary>
    public InferenceDetails? Inference { get; private set; }

    /// <summary>At least as many targets as fit a message of this length beside their logits.</summary>
    public static int MostTargets(long bytes) => LeastTargets + (int)(bytes / BytesOfTarget);

    /// <summary>Makes this a message of the Open Inference Protocol.</summary>
    public InferenceDetails StartInference() => Inference = _inference ??= new InferenceDetails();

    protected override void Clear()
    {
        Inference?.Clear();
        Inference = null;
        Failure = null;
        Id = 0;
        Classes = 0;
        Logits.Release();
        Data.Release();
        DataType = default;
        Outputs = OutputSet.None;
        UnknownOutput = null;
        TopK = 0;
        Temperature = null;
        Targets.Release();
        SurplusTargets = 0;
        NonFinite = default;
        Traceparent = string.Empty;
        TargetLabels.Release();
        Head = Head.Length > MaxHeadLength ? string.Empty : Head;
        // Otherwise it stays as a hint: the next message very likely names the same one, and then needs no string of its own.
        // Whoever fills in the message sets it.
    }
}
