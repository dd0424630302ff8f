namespace Scoring.Protocol.OpenInference;

/// <summary>
/// What a ModelInferRequest says that a <see cref="V1.ScoreRequest"/> has no place for, and what its answer needs of it. It belongs to the pooled
/// request, and is used again with it. Of whatever a message has, it keeps no more than a check needs to tell what is wrong, so that it is small
/// whatever was sent.
/// </summary>
internal sealed class InferenceDetails
{
    /// <summary>Characters in an id, which every answer has as well. Those that programs make are shorter: a UUID has 36.</summary>
    public const int MaxIdLength = 1024;

    /// <summary>
    /// Characters in the name of an input, output, type, version or parameter, and in a parameter's text. None that is known is longer.
    /// </summary>
    public const int MaxNameLength = 64;

    /// <summary>Dimensions that are kept, to be shown; logits have two.</summary>
    public const int MaxDimensions = 8;

    /// <summary>
    /// Outputs that are kept: one more than a model can have, so that of so many one is unknown or named twice. What comes after them takes the place
    /// of the last.
    /// </summary>
    public static readonly int MaxOutputs = OutputTensor.Names.Length + 1;

    private readonly RequestedOutput[] _outputs = new RequestedOutput[MaxOutputs];
    private readonly long[] _shape = new long[MaxDimensions];
    private int _outputCount;

    public string ModelName { get; set; } = string.Empty;

    public string ModelVersion { get; set; } = string.Empty;

    /// <summary>Chosen by the client, and any text. Empty where it is too long.</summary>
    public string Id { get; set; } = string.Empty;

    /// <summary>Whether there was an id that is too long.</summary>
    public bool HasLongId { get; set; }

    /// <summary>Inputs in the message; the fields that follow are of the last.</summary>
    public int Inputs { get; set; }

    public string InputName { get; set; } = string.Empty;

    public string DataTypeName { get; set; } = string.Empty;

    /// <summary>Numbers in the shape.</summary>
    public int Dimensions { get; private set; }

    /// <summary>The first of them.</summary>
    public ReadOnlySpan<long> Shape => _shape.AsSpan(0, Math.Min(Dimensions, MaxDimensions));

    /// <summary>Elements of <c>raw_input_contents</c>.</summary>
    public int RawContents { get; set; }

    public bool HasFp32Contents { get; set; }

    public bool HasFp64Contents { get; set; }

    /// <summary>Whether there are contents of a type that logits never have.</summary>
    public bool HasOtherContents { get; set; }

    /// <summary>What is asked for; nothing for all that there is.</summary>
    public Span<RequestedOutput> Outputs => _outputs.AsSpan(0, _outputCount);

    public long TopK { get; set; }

    public double? Temperature { get; set; }

    public string NonFinite { get; set; } = string.Empty;

    /// <summary>The version that answers, once it is known.</summary>
    public string HeadVersion { get; set; } = string.Empty;

    /// <summary>What outputs of the best classes are wide, once it is known. More may have been computed for a classification.</summary>
    public int TopWidth { get; set; }

    /// <summary>Softmaxes side by side in a row; 0 where the row is one.</summary>
    public int Groups { get; set; }

    /// <summary>Whether the answer is one of a stream.</summary>
    public bool IsStreamed { get; set; }

    public void AddDimension(long size)
    {
        if (Dimensions < MaxDimensions)
        {
            _shape[Dimensions] = size;
        }

        Dimensions++;
    }

    public void AddOutput(RequestedOutput output)
    {
        _outputCount = Math.Min(_outputCount + 1, MaxOutputs);
        _outputs[_outputCount - 1] = output;
    }

    public void Clear()
    {
        Outputs.Clear();
        (Id, HasLongId, Inputs, RawContents, Dimensions, _outputCount) = (string.Empty, false, 0, 0, 0, 0);
        (HasFp32Contents, HasFp64Contents, HasOtherContents, IsStreamed) = (false, false, false, false);
        (TopK, TopWidth, Groups, Temperature) = (0, 0, 0, null);
        (ModelName, ModelVersion, NonFinite, HeadVersion) = (string.Empty, string.Empty, string.Empty, string.Empty);
        (InputName, DataTypeName) = (string.Empty, string.Empty);
    }
}
