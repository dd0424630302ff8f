using Google.Protobuf;
using Inference;
using Scoring.Protocol;
using Scoring.Protocol.OpenInference;
using Scoring.V1;
using DataType = Scoring.V1.DataType;
using InputTensor = Inference.ModelInferRequest.Types.InferInputTensor;
using OutputTensor = Inference.ModelInferRequest.Types.InferRequestedOutputTensor;

namespace Scoring.Fuzz;

/// <summary>
/// What fuzzing starts from: for each codec a message with every field, one whose repeated fields are not packed, and one whose fields come in parts,
/// so that arrays grow, and one of more than is kept; each whole and in pieces.
/// </summary>
internal static class Seeds
{
    public static void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        Write(folder, "request", FuzzCodec.Request, Request().ToByteArray());
        Write(folder, "response", FuzzCodec.Response, Response().ToByteArray());
        Write(folder, "inference", FuzzCodec.Inference, Inference().ToByteArray());
        Write(folder, "request-unpacked", FuzzCodec.Request, Convert.FromHexString("250000803F2500000040380250016A00FB0108FFFFFFFF0FFC01"));
        Write(folder, "response-unpacked", FuzzCodec.Response, Convert.FromHexString(
            "2D0000803F30013D0000004042004D0000803F550000803F5D0000803F60016801"));
        Write(folder, "inference-unpacked", FuzzCodec.Inference, Convert.FromHexString(
            "2A1D18FFFFFFFFFFFFFFFFFF012A10350000803F39000000000000F03F1001"));
        Write(folder, "inference-of-too-much", FuzzCodec.Inference, InferenceOfTooMuch());
        Write(folder, "evaluation", FuzzCodec.Request, Evaluation().ToByteArray());
        Write(folder, "request-in-parts", FuzzCodec.Request, [.. LongRequest(), .. LongRequest(), .. LongRequest()]);
        Write(folder, "response-in-parts", FuzzCodec.Response, [.. LongResponse(), .. LongResponse(), .. LongResponse()]);
    }

    private static void Write(string folder, string name, FuzzCodec codec, byte[] message)
    {
        File.WriteAllBytes(Path.Combine(folder, $"seed-{name}"), FuzzTarget.Input(codec, message, pieceLength: 0));
        File.WriteAllBytes(Path.Combine(folder, $"seed-{name}-in-pieces"), FuzzTarget.Input(codec, message, pieceLength: 3));
    }

    private static ScoreRequest Request()
    {
        var request = new ScoreRequest
        {
            Id = 300,
            Head = "größe",
            Classes = 2,
            Data = ByteString.CopyFrom(0, 60, 0, 64),
            DataType = DataType.Fp16,
            TopK = 2,
            Temperature = 1.5f,
            NonFinite = NonFinite.Flag,
            Traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        };
        request.Logits.AddRange([1, -2]);
        request.Outputs.AddRange([Output.Scores, Output.TopK, (Output)99]);
        request.Targets.AddRange([1, 300]);
        request.TargetLabels.AddRange(["cat", ""]);
        return request;
    }

    private static EvaluateRequest Evaluation()
    {
        var request = new EvaluateRequest
        {
            Head = "größe",
            Classes = 2,
            Data = ByteString.CopyFrom(0, 60, 0, 64),
            DataType = DataType.Fp16,
            Temperature = 1.5f
        };
        request.Logits.AddRange([1, -2]);
        request.Targets.AddRange([1, 300]);
        request.TargetLabels.AddRange(["cat", ""]);
        return request;
    }

    private static ScoreResponse Response()
    {
        var response = new ScoreResponse
        {
            Id = 300,
            Rows = 1,
            Classes = 2,
            Error = new Error { Code = 3, Message = "größe", Row = 1 },
            Receipt = new Receipt { QueueNs = 1000, KernelNs = 1, BatchRows = 1, HeadRevision = 2 },
        };
        response.Scores.AddRange([0.5f, 0.5f]);
        response.TopIndices.AddRange([1, 300]);
        response.TopScores.AddRange([0.5f, 0.5f]);
        response.TopLabels.AddRange(["cat", ""]);
        response.LogSumExp.Add(1);
        response.Entropy.Add(1);
        response.Losses.Add(1);
        response.Decisions.AddRange([1, 128]);
        response.InvalidRows.Add(1);
        return response;
    }

    /// <summary>More of everything than is kept.</summary>
    private static byte[] InferenceOfTooMuch()
    {
        var name = new string('ö', InferenceDetails.MaxNameLength + 1);
        var input = new InputTensor { Name = name, Datatype = name };
        input.Shape.AddRange(Enumerable.Range(1, InferenceDetails.MaxDimensions + 1).Select(size => (long)size));
        var request = new ModelInferRequest
        {
            ModelName = new string('m', PooledScoreRequest.MaxHeadLength + 1),
            ModelVersion = name,
            Id = new string('7', InferenceDetails.MaxIdLength + 1),
        };
        request.Inputs.Add(input);
        request.Outputs.AddRange(Enumerable.Range(0, InferenceDetails.MaxOutputs + 1).Select(i => new OutputTensor { Name = $"{i}{name}" }));
        request.Parameters[name] = new InferParameter { BoolParam = true };
        request.Parameters["non_finite"] = new InferParameter { StringParam = name };
        return request.ToByteArray();
    }

    private static byte[] LongRequest()
    {
        var request = new ScoreRequest();
        request.Logits.AddRange(new float[40]);
        request.Targets.AddRange(Enumerable.Repeat(300u, 40));
        request.TargetLabels.AddRange(Enumerable.Repeat("label", 20));
        return request.ToByteArray();
    }

    private static byte[] LongResponse()
    {
        var response = new ScoreResponse();
        response.Scores.AddRange(new float[40]);
        response.InvalidRows.AddRange(Enumerable.Repeat(300u, 40));
        return response.ToByteArray();
    }

    private static ModelInferRequest Inference()
    {
        var input = new InputTensor { Name = "logits", Datatype = "FP32", Contents = new InferTensorContents() };
        input.Shape.AddRange([1, 2]);
        input.Contents.Fp32Contents.AddRange([1, 2]);
        input.Contents.Fp64Contents.Add(1);
        input.Contents.Int64Contents.Add(1);
        var output = new OutputTensor { Name = "scores" };
        output.Parameters["classification"] = new InferParameter { Uint64Param = 2 };
        var request = new ModelInferRequest { ModelName = "größe", ModelVersion = "1", Id = "7" };
        request.Inputs.Add(input);
        request.Outputs.Add(output);
        request.Parameters["top_k"] = new InferParameter { Int64Param = 2 };
        request.Parameters["temperature"] = new InferParameter { DoubleParam = 1.5 };
        request.Parameters["non_finite"] = new InferParameter { StringParam = "FLAG" };
        request.RawInputContents.Add(ByteString.CopyFrom(0, 0, 128, 63));
        return request;
    }
}
