using System.Buffers;
using Inference;
using Scoring.Protocol;
using Scoring.Protocol.OpenInference;
using Scoring.Protocol.Wire;
using OutputTensor = Inference.ModelInferRequest.Types.InferRequestedOutputTensor;

namespace Scoring.Fuzz.Oracles;

/// <summary>For <see cref="InferenceRequestCodec"/>, which passes over unread what a request for scores has no use for: there Google is stricter.</summary>
internal sealed class InferenceOracle() : CodecOracle<ModelInferRequest, PooledScoreRequest>(ModelInferRequest.Parser)
{
    protected override PooledScoreRequest Rent(MessagePool pool) => pool.RentRequest();

    protected override void Read(ReadOnlySequence<byte> bytes, PooledScoreRequest message) => InferenceRequestCodec.Read(bytes, message);

    /// <summary>Within a map Google passes over fields of wire types that do not exist.</summary>
    protected override bool MayRefuse(MalformedMessageException reason) => reason.Message.Contains("no such wire type", StringComparison.Ordinal);

    protected override bool MayAccept(byte[] bytes) => true;

    protected override void Compare(ModelInferRequest expected, PooledScoreRequest read)
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
        Same("top_k", expected.Parameters.TryGetValue("top_k", out var topK) ? Integer(topK) : 0, details.TopK);
        Same("temperature", expected.Parameters.TryGetValue("temperature", out var temperature) ? Number(temperature) : null, details.Temperature);
    }

    private static long Classification(OutputTensor output) => output.Parameters.TryGetValue("classification", out var value) ? Integer(value) : 0;

    private static long Integer(InferParameter value) => value.HasInt64Param ? value.Int64Param
        : value.HasUint64Param ? (long)Math.Min(value.Uint64Param, long.MaxValue)
        : -1;

    private static double? Number(InferParameter value) => value.HasDoubleParam ? value.DoubleParam
        : value.HasInt64Param ? value.Int64Param
        : value.HasUint64Param ? value.Uint64Param
        : double.NaN;
}
