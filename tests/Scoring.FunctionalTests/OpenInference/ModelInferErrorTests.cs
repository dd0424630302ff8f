using Google.Protobuf;
using Grpc.Core;
using Inference;
using Scoring.FunctionalTests.Infrastructure;
using static Scoring.FunctionalTests.OpenInference.InferenceCalls;

namespace Scoring.FunctionalTests.OpenInference;

/// <summary>Each fault is the status of a unary call, and an error message of a stream that goes on.</summary>
public sealed class ModelInferErrorTests
{
    private static readonly Dictionary<string, (Action<ModelInferRequest> Break, StatusCode Status, string Text)> Faults = new()
    {
        ["unknown model"] = (request => request.ModelName = "nobody", StatusCode.NotFound, "head 'nobody' is not configured"),
        ["no model"] = (request => request.ModelName = "", StatusCode.InvalidArgument, "names no model"),
        ["unknown version"] = (request => request.ModelVersion = "7", StatusCode.NotFound, "model 'iris' has version 1, not '7'"),
        ["no input"] = (request => request.Inputs.Clear(), StatusCode.InvalidArgument, "has 0 inputs"),
        ["two inputs"] = (request => request.Inputs.Add(request.Inputs[0].Clone()), StatusCode.InvalidArgument, "has 2 inputs"),
        ["another input"] = (request => request.Inputs[0].Name = "images", StatusCode.InvalidArgument, "'images'"),
        ["unknown type"] = (request => request.Inputs[0].Datatype = "INT8", StatusCode.InvalidArgument, "'INT8'"),
        ["one dimension"] = (request => request.Inputs[0].Shape.RemoveAt(0), StatusCode.InvalidArgument, "shape [3]"),
        ["negative dimension"] = (request => request.Inputs[0].Shape[0] = -1, StatusCode.InvalidArgument, "shape [-1, 3]"),
        ["huge dimensions"] = (Huge, StatusCode.InvalidArgument, "and 24 bytes of contents"),
        ["too few bytes"] = (
            request => request.RawInputContents[0] = ByteString.CopyFrom(1, 2, 3), StatusCode.InvalidArgument,
            "which is 24 bytes, and 3 bytes of contents"),
        ["no contents"] = (request => request.RawInputContents.Clear(), StatusCode.InvalidArgument, "which is 24 bytes, and 0 bytes of contents"),
        ["two raw contents"] = (request => request.RawInputContents.Add(request.RawInputContents[0]), StatusCode.InvalidArgument, "has 2 elements"),
        ["raw and typed contents"] = (request => Type(request).Fp32Contents.Add(1), StatusCode.InvalidArgument, "both set"),
        ["contents of another type"] = (request => OnlyTyped(request).Fp64Contents.Add([1, 2, 3]), StatusCode.InvalidArgument, "fp32_contents"),
        ["contents of no float"] = (request => OnlyTyped(request).IntContents.Add(1), StatusCode.InvalidArgument, "fp32_contents"),
        ["typed FP16"] = (TypedHalf, StatusCode.InvalidArgument, "raw_input_contents only"),
        ["another width"] = (Wide, StatusCode.InvalidArgument, "head 'iris' has 3"),
        ["unknown output"] = (
            request => request.Outputs[0].Name = "softmax", StatusCode.InvalidArgument, "no output 'softmax'; model 'iris' has scores, top_indices"),
        ["an output twice"] = (request => Name(request, "scores"), StatusCode.InvalidArgument, "output 'scores' is named twice"),
        ["an output twice, once as classes"] = (NameAsClasses, StatusCode.InvalidArgument, "output 'scores' is named twice"),
        ["an output ten thousand times"] = (
            request => Name(request, [.. Enumerable.Repeat("entropy", 10_000)]), StatusCode.InvalidArgument, "output 'entropy' is named twice"),
        ["ten thousand outputs"] = (
            request => Name(request, [.. Enumerable.Range(0, 10_000).Select(i => $"o{i}")]), StatusCode.InvalidArgument, "no output 'o0'"),
        ["an output of a long name"] = (
            request => request.Outputs[0].Name = new string('o', 10_000), StatusCode.InvalidArgument, $"no output '{new string('o', 64)}…'"),
        ["a model of a long name"] = (
            request => request.ModelName = new string('m', 10_000), StatusCode.NotFound, "head has more than 256 characters"),
        ["a long version"] = (request => request.ModelVersion = new string('1', 10_000), StatusCode.NotFound, $"not '{new string('1', 64)}…'"),
        ["ten thousand dimensions"] = (
            request => request.Inputs[0].Shape.Add(new long[9_998]), StatusCode.InvalidArgument, "[2, 3, 0, 0, 0, 0, 0, 0, …] of 10000 dimensions"),
        ["a long text in a parameter"] = (request => Set(
            request, "non_finite", new() { StringParam = new string('x', 10_000) }), StatusCode.InvalidArgument, $"'{new string('x', 64)}…'"),
        ["classification of another output"] = (request => Classify(request, 2).Name = "entropy", StatusCode.InvalidArgument, "only 'scores'"),
        ["negative classification"] = (request => Classify(request, -2), StatusCode.InvalidArgument, "no whole number above 0"),
        ["too many classes"] = (
            request => Set(request, "top_k", new() { Int64Param = 4 }), StatusCode.InvalidArgument, "top_k is 4; the rows have 3"),
        ["top_k of another type"] = (request => Set(request, "top_k", new() { StringParam = "2" }), StatusCode.InvalidArgument, "top_k"),
        ["temperature of 0"] = (request => Set(request, "temperature", new() { DoubleParam = 0 }), StatusCode.InvalidArgument, "temperature is 0"),
        ["temperature of another type"] = (
            request => Set(request, "temperature", new() { BoolParam = true }), StatusCode.InvalidArgument, "parameter temperature is no number"),
        ["unknown non_finite"] = (request => Set(request, "non_finite", new() { StringParam = "ignore" }), StatusCode.InvalidArgument, "'ignore'"),
        ["NaN"] = (request => request.RawInputContents[0] = Raw<float>([0, 1, 2, 3, float.NaN, 5]), StatusCode.InvalidArgument, "row 1, column 1"),
    };

    public static TheoryData<string> Names => [.. Faults.Keys];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_fault_is_the_status_of_a_call_and_the_answer_to_one_message_of_a_stream(string name)
    {
        var (spoil, status, text) = Faults[name];
        await using var server = await ScoringServer.StartAsync("--Scoring:Heads:iris:activation=softmax", "--Scoring:Heads:iris:classes=3");
        using var calls = new InferenceCalls(server);
        var broken = Good("broken");
        spoil(broken);

        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await calls.Client.ModelInferAsync(broken, cancellationToken: TestEnd));
        Assert.Equal(status, refusal.StatusCode);
        Assert.Contains(text, refusal.Status.Detail, StringComparison.Ordinal);

        using var stream = calls.Client.ModelStreamInfer(cancellationToken: TestEnd);
        foreach (var request in new[] { Good("before"), broken, Good("after") })
        {
            await stream.RequestStream.WriteAsync(request, TestEnd);
        }

        await stream.RequestStream.CompleteAsync();
        var answers = await stream.ResponseStream.ReadAllAsync(TestEnd).ToListAsync(TestEnd);
        Assert.Equal(["before", "broken", "after"], answers.Select(answer => answer.InferResponse.Id));
        Assert.Equal(["", refusal.Status.Detail, ""], answers.Select(answer => answer.ErrorMessage));
        Assert.Equal([1, 0, 1], answers.Select(answer => answer.InferResponse.Outputs.Count));
        Assert.All(answers, answer => Assert.True(answer.InferResponse.Parameters["triton_final_response"].BoolParam));
    }

    [Fact]
    public async Task An_id_that_is_too_long_is_refused_and_not_echoed()
    {
        await using var server = await ScoringServer.StartAsync();
        using var calls = new InferenceCalls(server);
        var request = Request("softmax", 3, [1, 2, 4], "scores");
        using var stream = calls.Client.ModelStreamInfer(cancellationToken: TestEnd);
        foreach (var length in new[] { 1024, 1025 })
        {
            request.Id = new string('7', length);
            await stream.RequestStream.WriteAsync(request, TestEnd);
        }

        await stream.RequestStream.CompleteAsync();
        var answers = await stream.ResponseStream.ReadAllAsync(TestEnd).ToListAsync(TestEnd);
        Assert.Equal(["", "the id has more than 1024 characters, which is the limit"], answers.Select(answer => answer.ErrorMessage));
        Assert.Equal([new string('7', 1024), ""], answers.Select(answer => answer.InferResponse.Id));
    }

    [Fact]
    public async Task Bytes_that_are_no_message_end_the_call()
    {
        await using var server = await ScoringServer.StartAsync();
        using var calls = new InferenceCalls(server);
        foreach (var method in new[] { "ModelInfer", "ModelStreamInfer" })
        {
            var refusal = await Assert.ThrowsAsync<RpcException>(() => calls.SendAsync(method, [10, 200]));
            Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
            Assert.Contains("Not a ModelInferRequest", refusal.Status.Detail, StringComparison.Ordinal);
        }
    }

    private static ModelInferRequest Good(string id)
    {
        var request = Request("iris", 3, [1, 2, 4, 5, -1, 0.5f], "scores");
        request.Id = id;
        return request;
    }

    private static void Huge(ModelInferRequest request)
    {
        request.Inputs[0].Shape[0] = long.MaxValue;
        request.Inputs[0].Shape[1] = int.MaxValue;
    }

    private static void Wide(ModelInferRequest request)
    {
        request.Inputs[0].Shape[0] = 1;
        request.Inputs[0].Shape[1] = 6;
    }

    private static void TypedHalf(ModelInferRequest request)
    {
        OnlyTyped(request).Fp32Contents.Add([1, 2, 3]);
        request.Inputs[0].Datatype = "FP16";
    }

    private static InferTensorContents Type(ModelInferRequest request) => request.Inputs[0].Contents = new InferTensorContents();

    private static InferTensorContents OnlyTyped(ModelInferRequest request)
    {
        request.RawInputContents.Clear();
        return Type(request);
    }

    private static ModelInferRequest.Types.InferRequestedOutputTensor Classify(ModelInferRequest request, long classes)
    {
        request.Outputs[0].Parameters["classification"] = new InferParameter { Int64Param = classes };
        return request.Outputs[0];
    }

    private static void Name(ModelInferRequest request, params string[] outputs) =>
        request.Outputs.AddRange(outputs.Select(output => new ModelInferRequest.Types.InferRequestedOutputTensor { Name = output }));

    private static void NameAsClasses(ModelInferRequest request)
    {
        Classify(request, 2);
        Name(request, "scores");
    }

    private static void Set(ModelInferRequest request, string name, InferParameter value)
    {
        request.Outputs[0].Name = "top_scores";
        request.Parameters[name] = value;
    }
}
