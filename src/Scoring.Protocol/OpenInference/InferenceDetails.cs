using System.Runtime.InteropServices;

namespace Scoring.Protocol.OpenInference;

/// <summary>
/// What a ModelInferRequest says that a <see cref="V1.ScoreRequest"/> has no place for, and what its answer needs of it. It belongs to the pooled request, and
/// is used again with it.
/// </summary>
internal sealed class InferenceDetails
{
    private readonly List<RequestedOutput> _outputs = [];
    private readonly List<long> _shape = [];
    private int _outputCount;

    public string ModelName { get; set; } = string.Empty;

    public string ModelVersion { get; set; } = string.Empty;

    /// <summary>Chosen by the client, and any text.</summary>
    public string Id { get; set; } = string.Empty;

    /// <summary>Inputs in the message; the fields that follow are of the last.</summary>
    public int Inputs { get; set; }

    public string InputName { get; set; } = string.Empty;

    public string DataTypeName { get; set; } = string.Empty;

    public ReadOnlySpan<long> Shape => CollectionsMarshal.AsSpan(_shape);

    /// <summary>Elements of <c>raw_input_contents</c>.</summary>
    public int RawContents { get; set; }

    public bool HasFp32Contents { get; set; }

    public bool HasFp64Contents { get; set; }

    /// <summary>Whether there are contents of a type that logits never have.</summary>
    public bool HasOtherContents { get; set; }

    /// <summary>What is asked for; nothing for all that there is.</summary>
    public ReadOnlySpan<RequestedOutput> Outputs => CollectionsMarshal.AsSpan(_outputs)[.._outputCount];

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

    public void AddDimension(long size) => _shape.Add(size);

    public RequestedOutput AddOutput()
    {
        if (_outputCount == _outputs.Count)
        {
            _outputs.Add(new RequestedOutput());
        }

        var output = _outputs[_outputCount++];
        output.Classification = 0;
        return output;
    }

    public void Clear()
    {
        (Id, Inputs, RawContents, _outputCount) = (string.Empty, 0, 0, 0);
        (HasFp32Contents, HasFp64Contents, HasOtherContents, IsStreamed) = (false, false, false, false);
        (TopK, TopWidth, Groups, Temperature) = (0, 0, 0, null);
        (ModelName, ModelVersion, NonFinite, HeadVersion) = (string.Empty, string.Empty, string.Empty, string.Empty);
        _shape.Clear();
        // The names of the input and its type stay as hints for the next message.
    }
}
