using Grpc.Core;
using Inference;
using Scoring.FunctionalTests.Infrastructure;
using static Scoring.FunctionalTests.OpenInference.InferenceCalls;

namespace Scoring.FunctionalTests.OpenInference;

public sealed class ModelTests
{
    private const string Iris = "--Scoring:Heads:iris:activation=softmax";

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_server_lives_is_ready_and_says_what_it_can()
    {
        await using var server = await ScoringServer.StartAsync();
        using var calls = new InferenceCalls(server);
        Assert.True((await calls.Client.ServerLiveAsync(new(), cancellationToken: TestEnd)).Live);
        Assert.True((await calls.Client.ServerReadyAsync(new(), cancellationToken: TestEnd)).Ready);
        var metadata = await calls.Client.ServerMetadataAsync(new(), cancellationToken: TestEnd);
        Assert.Equal("scoring", metadata.Name);
        Assert.Matches(@"^\d+\.\d+", metadata.Version);
        Assert.Contains("statistics", metadata.Extensions);
    }

    [Theory]
    [InlineData("iris", "", true)]
    [InlineData("iris", "1", true)]
    [InlineData("iris", "2", false)]
    [InlineData("softmax", "0", true)]
    [InlineData("nobody", "", false)]
    [InlineData("", "", false)]
    public async Task A_model_is_ready_where_there_is_one_of_the_name_and_version(string name, string version, bool isReady)
    {
        await using var server = await ScoringServer.StartAsync(Iris);
        using var calls = new InferenceCalls(server);
        Assert.Equal(isReady, (await calls.Client.ModelReadyAsync(new() { Name = name, Version = version }, cancellationToken: TestEnd)).Ready);
        if (!isReady)
        {
            var refusal = await Assert.ThrowsAsync<RpcException>(
                async () => await calls.Client.ModelMetadataAsync(new() { Name = name, Version = version }, cancellationToken: TestEnd));
            Assert.Equal(name.Length == 0 ? StatusCode.InvalidArgument : StatusCode.NotFound, refusal.StatusCode);
        }
    }

    [Fact]
    public async Task Metadata_and_configuration_tell_the_inputs_and_outputs_of_a_head()
    {
        await using var server = await ScoringServer.StartAsync(Iris, "--Scoring:Heads:iris:classes=3");
        using var calls = new InferenceCalls(server);
        var metadata = await calls.Client.ModelMetadataAsync(new() { Name = "iris" }, cancellationToken: TestEnd);
        Assert.Equal(("iris", "scoring"), (metadata.Name, metadata.Platform));
        Assert.Equal(["1"], metadata.Versions);
        Assert.Equal(["logits FP32 [-1, 3]"], metadata.Inputs.Select(Describe));
        Assert.Equal(
            [
                "scores FP32 [-1, 3]", "top_indices INT64 [-1, -1]", "top_scores FP32 [-1, -1]", "log_sum_exp FP32 [-1]", "entropy FP32 [-1]",
                "invalid_rows BOOL [-1]",
            ],
            metadata.Outputs.Select(Describe));

        var config = (await calls.Client.ModelConfigAsync(new() { Name = "iris" }, cancellationToken: TestEnd)).Config;
        Assert.Equal(("logits", DataType.TypeFp32, 3L), (config.Input[0].Name, config.Input[0].DataType, Assert.Single(config.Input[0].Dims)));
        Assert.Equal(metadata.Outputs.Select(output => output.Name), config.Output.Select(output => output.Name));
        Assert.Equal(DataType.TypeInt64, config.Output[1].DataType);
        Assert.Equal((DataType.TypeBool, 0), (config.Output[^1].DataType, config.Output[^1].Dims.Count));
        Assert.Equal(1 << 20, config.MaxBatchSize);

        static string Describe(ModelMetadataResponse.Types.TensorMetadata tensor) =>
            $"{tensor.Name} {tensor.Datatype} [{string.Join(", ", tensor.Shape)}]";
    }

    [Fact]
    public async Task The_repository_lists_every_head()
    {
        await using var server = await ScoringServer.StartAsync(Iris);
        using var calls = new InferenceCalls(server);
        var index = await calls.Client.RepositoryIndexAsync(new(), cancellationToken: TestEnd);
        Assert.Equal(
            ["iris 1 READY", "linear 0 READY", "log_softmax 0 READY", "sigmoid 0 READY", "softmax 0 READY"],
            index.Models.Select(model => $"{model.Name} {model.Version} {model.State}"));
    }

    [Fact]
    public async Task Statistics_count_rows_messages_and_failures_of_calls_and_streams()
    {
        await using var server = await ScoringServer.StartAsync(Iris);
        using var calls = new InferenceCalls(server);
        await calls.Client.ModelInferAsync(Request("iris", 3, new float[6]), cancellationToken: TestEnd);
        using (var stream = calls.Client.ModelStreamInfer(cancellationToken: TestEnd))
        {
            await stream.RequestStream.WriteAsync(Request("iris", 3, new float[9]), TestEnd);
            await stream.RequestStream.WriteAsync(Request("iris", 3, [float.NaN, 0, 0]), TestEnd);
            await stream.RequestStream.WriteAsync(Request("nobody", 3, new float[3]), TestEnd);
            await stream.RequestStream.CompleteAsync();
            Assert.Equal(3, await stream.ResponseStream.ReadAllAsync(TestEnd).CountAsync(TestEnd));
        }

        var iris = Assert.Single((await calls.Client.ModelStatisticsAsync(new() { Name = "iris" }, cancellationToken: TestEnd)).ModelStats);
        Assert.Equal((5UL, 2UL), (iris.InferenceCount, iris.ExecutionCount));
        Assert.Equal((2UL, 1UL), (iris.InferenceStats.Success.Count, iris.InferenceStats.Fail.Count));
        Assert.True(iris.InferenceStats.ComputeInfer.Ns > 0);
        Assert.True(iris.LastInference > 0);
        Assert.Equal(5, (await calls.Client.ModelStatisticsAsync(new(), cancellationToken: TestEnd)).ModelStats.Count);
    }
}
