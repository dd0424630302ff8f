using CsCheck;
using Google.Protobuf;
using Inference;
using Scoring.Fuzz.Oracles;
using Scoring.Protocol.OpenInference;
using Output = Inference.ModelInferRequest.Types.InferRequestedOutputTensor;
using Tensor = Inference.ModelInferRequest.Types.InferInputTensor;

namespace Scoring.Protocol.Tests;

/// <summary>
/// Google.Protobuf is the oracle, for what the codec does not pass over unread: it accepts and refuses the same, and finds the same values.
/// </summary>
public sealed class InferenceCodecTests
{
    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.Const(string.Empty), Gen.Const("logits"), Gen.Const("FP32"), Gen.String[Gen.Char.AlphaNumeric, 1, 12], Gen.Const("größe-大"));

    private static readonly Gen<int> PieceLength = Gen.OneOf(Gen.Int[1, 9], Gen.Const(4096));

    private static readonly Gen<InferParameter> Parameters = Gen.OneOf(
        Gen.Long.Select(value => new InferParameter { Int64Param = value }),
        Gen.ULong.Select(value => new InferParameter { Uint64Param = value }),
        Gen.Double.Select(value => new InferParameter { DoubleParam = value }),
        Text.Select(value => new InferParameter { StringParam = value }),
        Gen.Bool.Select(value => new InferParameter { BoolParam = value }));

    private static readonly Gen<InferTensorContents> Contents = Gen.Select(
        Gen.Float.Array[0, 9], Gen.Double.Array[0, 9], Gen.Bool).Select((floats, doubles, hasOther) =>
    {
        var contents = new InferTensorContents();
        contents.Fp32Contents.Add(floats);
        contents.Fp64Contents.Add(doubles);
        contents.Int64Contents.Add(hasOther ? [1L] : []);
        return contents;
    });

    private static readonly Gen<Tensor> Inputs = Gen.Select(
        Text, Text, Gen.Long.Array[0, 4], Contents, Gen.Bool).Select((name, type, shape, contents, hasContents) =>
    {
        var input = new Tensor { Name = name, Datatype = type, Contents = hasContents ? contents : null };
        input.Shape.Add(shape);
        return input;
    });

    private static readonly Gen<Output> Outputs = Gen.Select(Text, Parameters, Gen.Bool).Select((name, value, hasParameter) =>
    {
        var output = new Output { Name = name };
        if (hasParameter)
        {
            output.Parameters["classification"] = value;
        }

        return output;
    });

    private static readonly Gen<ModelInferRequest> Requests = Gen.Select(
        Gen.Select(Text, Text, Text), Gen.Select(
            Inputs.Array[0, 2], Outputs.Array[0, 3]), Gen.Byte.Array[0, 40].Array[0, 2], Parameters, Gen.Int[0, 3])
        .Select((names, tensors, raw, value, parameter) =>
        {
            var request = new ModelInferRequest { ModelName = names.Item1, ModelVersion = names.Item2, Id = names.Item3 };
            request.Inputs.Add(tensors.Item1);
            request.Outputs.Add(tensors.Item2);
            request.RawInputContents.Add(raw.Select(ByteString.CopyFrom));
            if (new[] { "top_k", "temperature", "non_finite" }.ElementAtOrDefault(parameter) is { } name)
            {
                request.Parameters[name] = value;
            }

            return request;
        });

    private readonly MessagePool _pool = new(maxIdleBytes: 1 << 20);

    [Fact]
    public void A_request_is_read_as_it_was_written() =>
        Gen.Select(Requests, PieceLength).Sample((request, piece) => new InferenceOracle().Check(request.ToByteArray(), piece));

    [Fact]
    public void A_mutated_request_is_accepted_or_refused_as_Google_does() =>
        Gen.Select(Gen.OneOf(Mutation.Of(Mutation.Of(Requests.Select(request => request.ToByteArray()))), Mutation.FieldSoup), PieceLength)
            .Sample((bytes, piece) => new InferenceOracle().Check(bytes, piece), iter: 20_000);

    [Fact]
    public void What_the_client_writes_Google_reads_and_the_size_is_what_was_written() =>
        Gen.Select(Gen.ULong, Text, Gen.Float.Array[1, 12]).Sample((id, head, logits) =>
        {
            using var request = _pool.RentRequest();
            (request.Id, request.Head, request.Classes) = (id, head, (uint)logits.Length);
            logits.CopyTo(request.Logits.Allocate(logits.Length));
            var written = new SmallSpanWriter();
            InferenceRequestCodec.Write(request, written);
            Assert.Equal(written.ToArray().Length, InferenceRequestCodec.Size(request));

            var message = ModelInferRequest.Parser.ParseFrom(written.ToArray());
            Assert.Equal((head, $"{id}", "logits", "FP32"), (message.ModelName, message.Id, message.Inputs[0].Name, message.Inputs[0].Datatype));
            Assert.Equal([1, logits.Length], message.Inputs[0].Shape);
            Assert.Equal(logits.SelectMany(BitConverter.GetBytes), message.RawInputContents[0]);
            Assert.Equal("scores", message.Outputs[0].Name);
        });
}
