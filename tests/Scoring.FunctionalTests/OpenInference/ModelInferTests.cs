using Google.Protobuf;
using Inference;
using Scoring.FunctionalTests.Infrastructure;
using static Scoring.FunctionalTests.OpenInference.InferenceCalls;

namespace Scoring.FunctionalTests.OpenInference;

public sealed class ModelInferTests
{
    private static readonly string[] Iris =
    [
        "--Scoring:Heads:iris:activation=softmax", "--Scoring:Heads:iris:labels:0=setosa", "--Scoring:Heads:iris:labels:1=versicolor",
        "--Scoring:Heads:iris:labels:2=virginica",
    ];

    private static readonly float[] Logits = [1, 2, 4, 5, -1, 0.5f];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_is_scored_as_the_head_scores_it_with_its_id_and_version()
    {
        await using var server = await ScoringServer.StartAsync(Iris);
        using var calls = new InferenceCalls(server);
        var response = await calls.Client.ModelInferAsync(Request("iris", 3, Logits, "scores"), cancellationToken: TestEnd);

        Assert.Equal(("iris", "1", "a message"), (response.ModelName, response.ModelVersion, response.Id));
        Assert.Equal(["scores FP32 [2, 3]"], Describe(response));
        using var expected = await server.Connect().ScoreAsync(new() { Head = "iris", Logits = Logits }, TestEnd);
        Assert.Equal(expected.Scores.ToArray(), Output<float>(response, "scores"));
    }

    [Fact]
    public async Task Without_requested_outputs_every_output_of_the_head_is_told()
    {
        await using var server = await ScoringServer.StartAsync(Iris);
        using var calls = new InferenceCalls(server);
        var response = await calls.Client.ModelInferAsync(Request("iris", 3, Logits), cancellationToken: TestEnd);

        Assert.Equal(
            [
                "scores FP32 [2, 3]", "top_indices INT64 [2, 1]", "top_scores FP32 [2, 1]", "top_labels BYTES [2, 1]", "log_sum_exp FP32 [2]",
                "entropy FP32 [2]", "invalid_rows BOOL [2]",
            ],
            Describe(response));
        var scores = Output<float>(response, "scores");
        Assert.Equal([2L, 0L], Output<long>(response, "top_indices"));
        Assert.Equal([scores[2], scores[3]], Output<float>(response, "top_scores"));
        Assert.Equal(["virginica", "setosa"], Texts(response, "top_labels"));
        Assert.Equal(Math.Log(Math.Exp(1) + Math.Exp(2) + Math.Exp(4)), Output<float>(response, "log_sum_exp")[0], 1e-6);
        Assert.Equal(-scores[..3].Sum(p => p * Math.Log(p)), Output<float>(response, "entropy")[0], 1e-6);

        response = await calls.Client.ModelInferAsync(Request("sigmoid", 3, Logits), cancellationToken: TestEnd);
        Assert.Equal(["scores", "top_indices", "top_scores", "log_sum_exp", "invalid_rows"], response.Outputs.Select(output => output.Name));
    }

    [Theory]
    [InlineData("FP16")]
    [InlineData("BF16")]
    [InlineData("FP64")]
    public async Task Raw_contents_of_each_type_are_scored(string type)
    {
        await using var server = await ScoringServer.StartAsync();
        using var calls = new InferenceCalls(server);
        var request = Request("softmax", 3, Logits, "scores");
        request.Inputs[0].Datatype = type;
        request.RawInputContents[0] = type switch
        {
            "FP16" => Raw(Array.ConvertAll(Logits, logit => (Half)logit)),
            "BF16" => Raw(Array.ConvertAll(Logits, logit => (ushort)(BitConverter.SingleToUInt32Bits(logit) >> 16))),
            _ => Raw(Array.ConvertAll(Logits, logit => (double)logit)),
        };
        AssertScores(await calls.Client.ModelInferAsync(request, cancellationToken: TestEnd));
    }

    [Theory]
    [InlineData("FP32")]
    [InlineData("FP64")]
    public async Task Typed_contents_are_scored_and_answered_raw(string type)
    {
        await using var server = await ScoringServer.StartAsync();
        using var calls = new InferenceCalls(server);
        var request = Request("softmax", 3, Logits, "scores");
        request.RawInputContents.Clear();
        request.Inputs[0].Datatype = type;
        request.Inputs[0].Contents = new InferTensorContents();
        if (type == "FP32")
        {
            request.Inputs[0].Contents.Fp32Contents.Add(Logits);
        }
        else
        {
            request.Inputs[0].Contents.Fp64Contents.Add(Logits.Select(logit => (double)logit));
        }

        var response = await calls.Client.ModelInferAsync(request, cancellationToken: TestEnd);
        Assert.Null(response.Outputs[0].Contents);
        AssertScores(response);
    }

    [Fact]
    public async Task Requested_outputs_come_in_their_order_each_as_wide_as_it_was_asked_for()
    {
        await using var server = await ScoringServer.StartAsync(Iris);
        using var calls = new InferenceCalls(server);
        var request = Request("iris", 3, Logits, "top_labels", "scores", "top_indices");
        request.Parameters["top_k"] = new InferParameter { Int64Param = 2 };
        request.Outputs[1].Parameters["classification"] = new InferParameter { Int64Param = 9 };
        var response = await calls.Client.ModelInferAsync(request, cancellationToken: TestEnd);

        Assert.Equal(["top_labels BYTES [2, 2]", "scores BYTES [2, 3]", "top_indices INT64 [2, 2]"], Describe(response));
        Assert.Equal(["virginica", "versicolor", "setosa", "virginica"], Texts(response, "top_labels"));
        Assert.Equal([2L, 1L, 0L, 2L], Output<long>(response, "top_indices"));
        Assert.Equal(
            ["0.843795:2:virginica", "0.114195:1:versicolor", "0.042010:0:setosa", "0.986594:0:setosa", "0.010960:2:virginica",
                "0.002446:1:versicolor"],
            Texts(response, "scores"));
    }

    [Fact]
    public async Task A_head_without_labels_tells_classes_by_value_and_index()
    {
        await using var server = await ScoringServer.StartAsync();
        using var calls = new InferenceCalls(server);
        var request = Request("linear", 3, Logits, "scores");
        request.Outputs[0].Parameters["classification"] = new InferParameter { Int64Param = 1 };
        request.Parameters["temperature"] = new InferParameter { DoubleParam = 2 };
        var response = await calls.Client.ModelInferAsync(request, cancellationToken: TestEnd);
        Assert.Equal(["2.000000:2", "2.500000:0"], Texts(response, "scores"));
    }

    [Fact]
    public async Task What_there_is_one_of_for_each_group_has_a_dimension_for_the_groups()
    {
        await using var server = await ScoringServer.StartAsync(
            "--Scoring:Heads:g:activation=softmax", "--Scoring:Heads:g:groups:0=2", "--Scoring:Heads:g:groups:1=1");
        using var calls = new InferenceCalls(server);
        var response = await calls.Client.ModelInferAsync(Request("g", 3, Logits), cancellationToken: TestEnd);
        Assert.Equal(
            ["scores FP32 [2, 3]", "top_indices INT64 [2, 2, 1]", "top_scores FP32 [2, 2, 1]", "log_sum_exp FP32 [2, 2]", "entropy FP32 [2, 2]",
                "invalid_rows BOOL [2]"],
            Describe(response));
        Assert.Equal([1L, 2L, 0L, 2L], Output<long>(response, "top_indices"));
        var metadata = await calls.Client.ModelMetadataAsync(new() { Name = "g" }, cancellationToken: TestEnd);
        Assert.Equal([-1, 2, -1], metadata.Outputs[1].Shape);
        Assert.Equal([-1, 2], metadata.Outputs[^2].Shape);
    }

    [Fact]
    public async Task Fields_in_any_order_and_unpacked_shapes_are_read()
    {
        await using var server = await ScoringServer.StartAsync();
        using var calls = new InferenceCalls(server);
        var whole = Request("softmax", 3, Logits, "scores");
        ModelInferRequest raw = new(), rest = whole.Clone();
        raw.RawInputContents.Add(whole.RawInputContents);
        rest.RawInputContents.Clear();
        rest.Inputs[0].Shape.Clear();
        // Field 3 of an input, as varints one by one; and a field that nobody knows.
        byte[] input = [.. rest.Inputs[0].ToByteArray(), 24, 2, 24, 3, 250, 1, 1, 7];
        rest.Inputs.Clear();
        byte[] message = [.. raw.ToByteArray(), .. rest.ToByteArray(), 42, (byte)input.Length, .. input];

        AssertScores(ModelInferResponse.Parser.ParseFrom(await calls.SendAsync("ModelInfer", message)));
    }

    [Fact]
    public async Task A_row_without_a_score_is_flagged_or_propagated_where_the_request_says_so()
    {
        await using var server = await ScoringServer.StartAsync();
        using var calls = new InferenceCalls(server);
        var request = Request("softmax", 3, [1, float.NaN, 2, 0, 0, 0], "scores", "top_indices");
        request.Parameters["non_finite"] = new InferParameter { StringParam = "propagate" };
        var response = await calls.Client.ModelInferAsync(request, cancellationToken: TestEnd);
        Assert.Equal([-1L, 0L], Output<long>(response, "top_indices"));
        Assert.True(float.IsNaN(Output<float>(response, "scores")[0]));

        request.Parameters["non_finite"].StringParam = "flag";
        response = await calls.Client.ModelInferAsync(request, cancellationToken: TestEnd);
        Assert.Equal([0, 0, 0], Output<float>(response, "scores")[..3]);
        Assert.Equal([-1L, 0L], Output<long>(response, "top_indices"));
        Assert.Equal("invalid_rows BOOL [2]", Describe(response).Last());
        Assert.Equal([1, 0], Output<byte>(response, "invalid_rows"));
    }

    [Theory]
    [InlineData("flag", "0.000000:-1", 1)]
    [InlineData("propagate", "NaN:-1", 0)]
    public async Task A_row_without_a_score_has_no_class_as_text_and_is_listed_where_it_was_set_aside(string nonFinite, string none, byte isSetAside)
    {
        await using var server = await ScoringServer.StartAsync(Iris);
        using var calls = new InferenceCalls(server);
        var request = Request(
            "iris", 3, [0, 1, 0, float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity, 0, 1, 0], "invalid_rows", "top_labels");
        request.Outputs.Insert(0, new() { Name = "scores" });
        request.Outputs[0].Parameters["classification"] = new InferParameter { Int64Param = 1 };
        request.Parameters["non_finite"] = new InferParameter { StringParam = nonFinite };
        var response = await calls.Client.ModelInferAsync(request, cancellationToken: TestEnd);
        Assert.Equal(["scores BYTES [3, 1]", "invalid_rows BOOL [3]", "top_labels BYTES [3, 1]"], Describe(response));
        Assert.Equal(none, Texts(response, "scores")[1]);
        Assert.Equal(["versicolor", "", "versicolor"], Texts(response, "top_labels"));
        Assert.Equal([0, isSetAside, 0], Output<byte>(response, "invalid_rows"));
    }

    private static void AssertScores(ModelInferResponse response)
    {
        double[] expected = [.. Reference.SoftmaxOf([1, 2, 4]), .. Reference.SoftmaxOf([5, -1, 0.5f])];
        var scores = Output<float>(response, "scores");
        Assert.All(expected.Zip(scores), pair => Assert.Equal(pair.First, pair.Second, 1e-7));
    }
}
