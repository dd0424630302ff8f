using System.Buffers;
using Inference;
using Scoring.Protocol;
using Scoring.Protocol.OpenInference;

namespace Scoring.Fuzz.Oracles;

/// <summary>For <see cref="InferenceRequestCodec"/>. Google reads the part of the message that the codec reads.</summary>
internal sealed class InferenceOracle() : CodecOracle<ReadRequest, PooledScoreRequest>(ReadRequest.Parser)
{
    protected override PooledScoreRequest Rent(MessagePool pool) => pool.RentRequest();

    protected override void Read(ReadOnlySequence<byte> bytes, PooledScoreRequest message) => InferenceRequestCodec.Read(bytes, message);

    protected override void Compare(ReadRequest expected, PooledScoreRequest read)
    {
        var details = read.Inference!;
        Same("names", (expected.ModelName, expected.ModelVersion, expected.Id), (read.Head, details.ModelVersion, details.Id));
        Same("inputs and raw contents", (expected.Inputs.Count, expected.RawInputContents.Count), (details.Inputs, details.RawContents));
        SameItems("shape", expected.Inputs.SelectMany(input => input.Shape), details.Shape.ToArray());
        if (expected.Inputs.LastOrDefault() is { } input)
        {
            Same("input", (input.Name, input.Datatype), (details.InputName, details.DataTypeName));
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

        SameItems("outputs", expected.Outputs.Select(output => output.Name), details.Outputs.ToArray().Select(output => output.Name));
        SameItems("classifications", expected.Outputs.Select(Classification), details.Outputs.ToArray().Select(output => output.Classification));
        Same("top_k", Last(expected.Parameters, "top_k") is { } topK ? Integer(topK) : 0, details.TopK);
        Same("temperature", Last(expected.Parameters, "temperature") is { } temperature ? Number(temperature) : null, details.Temperature);
    }

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
}
