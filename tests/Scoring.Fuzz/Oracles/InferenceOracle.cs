using System.Buffers;
using Google.Protobuf.Collections;
using Inference;
using Scoring.Protocol;
using Scoring.Protocol.OpenInference;

namespace Scoring.Fuzz.Oracles;

/// <summary>
/// For <see cref="InferenceRequestCodec"/>. Google reads the part of the message that the codec reads, and of that all: what the codec does not keep
/// is cut off.
/// </summary>
internal sealed class InferenceOracle() : CodecOracle<ReadRequest, PooledScoreRequest>(ReadRequest.Parser)
{
    protected override PooledScoreRequest Rent(MessagePool pool) => pool.RentRequest();

    protected override void Read(ReadOnlySequence<byte> bytes, PooledScoreRequest message) => InferenceRequestCodec.Read(bytes, message);

    protected override void Compare(ReadRequest expected, PooledScoreRequest read)
    {
        var details = read.Inference!;
        Same("names", (Kept(expected.ModelName, PooledScoreRequest.MaxHeadLength), Name(expected.ModelVersion)), (read.Head, details.ModelVersion));
        var hasLongId = expected.Id.Length > InferenceDetails.MaxIdLength;
        Same("id", (hasLongId, hasLongId ? string.Empty : expected.Id), (details.HasLongId, details.Id));
        Same("inputs and raw contents", (expected.Inputs.Count, expected.RawInputContents.Count), (details.Inputs, details.RawContents));
        long[] shape = [.. expected.Inputs.SelectMany(input => input.Shape)];
        Same("dimensions", shape.Length, details.Dimensions);
        SameItems("shape", shape.Take(InferenceDetails.MaxDimensions), details.Shape.ToArray());
        if (expected.Inputs.LastOrDefault() is { } input)
        {
            Same("input", (Name(input.Name), Name(input.Datatype)), (details.InputName, details.DataTypeName));
        }

        SameItems(
            "floats",
            expected.Inputs.SelectMany(tensor => tensor.Contents?.Fp32Contents ?? []).Select(BitConverter.SingleToUInt32Bits),
            read.Logits.Span.ToArray().Select(BitConverter.SingleToUInt32Bits));
        var doubles = expected.Inputs.SelectMany(tensor => tensor.Contents?.Fp64Contents ?? []).SelectMany(BitConverter.GetBytes).ToArray();
        if (expected.RawInputContents.Count == 0)
        {
            SameItems("doubles", doubles, read.Data.Span.ToArray());
        }
        else if (doubles.Length == 0)
        {
            SameItems("raw contents", expected.RawInputContents[^1].ToByteArray(), read.Data.Span.ToArray());
        }

        SameItems("outputs", KeptOf(expected.Outputs).Select(
            output => new RequestedOutput(Name(output.Name), Classification(output))), details.Outputs.ToArray());
        Same("top_k", Last(expected.Parameters, "top_k") is { } topK ? Integer(topK) : 0, details.TopK);
        Same("non_finite", Last(expected.Parameters, "non_finite") is { } nonFinite ? Text(nonFinite) : string.Empty, details.NonFinite);
        Same("temperature", Last(expected.Parameters, "temperature") is { } temperature ? Number(temperature) : null, details.Temperature);
    }

    private static string Name(string text) => Kept(text, InferenceDetails.MaxNameLength);

    /// <summary>The first, and the last in the place of all that there is no room for.</summary>
    private static IEnumerable<ReadOutput> KeptOf(RepeatedField<ReadOutput> outputs) =>
        outputs.Count <= InferenceDetails.MaxOutputs ? outputs : outputs.Take(InferenceDetails.MaxOutputs - 1).Append(outputs[^1]);

    private static long Classification(ReadOutput output) => Last(output.Parameters, "classification") is { } value ? Integer(value) : 0;

    /// <summary>Of entries with the same key a map has the last; one without a value has an empty one.</summary>
    private static InferParameter? Last(IEnumerable<ReadParameter> entries, string key) =>
        entries.LastOrDefault(entry => entry.Key == key) is { } entry ? entry.Value ?? new InferParameter() : null;

    private static long Integer(InferParameter value) => value.HasInt64Param ? value.Int64Param
        : value.HasUint64Param ? (long)Math.Min(value.Uint64Param, long.MaxValue)
        : -1;

    private static double? Number(InferParameter value) => value.HasDoubleParam ? value.DoubleParam
        : value.HasInt64Param ? value.Int64Param
        : value.HasUint64Param ? value.Uint64Param
        : double.NaN;

    private static string Text(InferParameter value) => value switch
    {
        { HasStringParam: true } => Name(value.StringParam),
        { ParameterChoiceCase: InferParameter.ParameterChoiceOneofCase.None } => "without a value",
        _ => InferParameter.Descriptor.FindFieldByNumber((int)value.ParameterChoiceCase).Name,
    };
}
