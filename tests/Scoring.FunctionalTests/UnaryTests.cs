using Grpc.Core;
using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Protocol;
using Scoring.V1;
using ScoreRequest = Scoring.Client.ScoreRequest;

namespace Scoring.FunctionalTests;

public sealed class UnaryTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_message_is_scored()
    {
        await using var server = await ScoringServer.StartAsync();
        var logits = Reference.Logits(30, seed: 1);
        using var result = await server.Connect().ScoreAsync(new ScoreRequest { Id = 42, Classes = 10, Logits = logits }, TestEnd);
        Assert.Equal(42UL, result.Id);
        Assert.Equal(3, result.Rows);
        for (var row = 0; row < 3; row++)
        {
            Reference.AssertClose(Reference.SoftmaxOf(logits.AsSpan(row * 10, 10)), result.ScoresOf(row));
        }
    }

    [Fact]
    public async Task A_refused_message_says_what_was_wrong_and_where()
    {
        await using var server = await ScoringServer.StartAsync();
        var request = new ScoreRequest { Id = 5, Classes = 2, Logits = new[] { 1, 2, 3, float.PositiveInfinity } };
        var refused = await Assert.ThrowsAsync<ScoringException>(() => server.Connect().ScoreAsync(request, TestEnd));
        Assert.Equal(5UL, refused.Id);
        Assert.Equal(StatusCode.InvalidArgument, refused.Error.Code);
        Assert.Equal("row 1, column 1: the logit is +inf, which has no score", refused.Error.Message);
        Assert.Equal((1, 1), (refused.Error.Row, refused.Error.Column));
    }

    [Fact]
    public async Task A_head_of_absurd_length_is_refused_without_an_echo_and_not_kept()
    {
        await using var server = await ScoringServer.StartAsync();
        var request = new ScoreRequest { Head = new string('x', 100_000), Classes = 1, Logits = new float[1] };
        var refused = await Assert.ThrowsAsync<ScoringException>(() => server.Connect().ScoreAsync(request, TestEnd));
        Assert.Equal(StatusCode.NotFound, refused.Error.Code);
        Assert.Equal("head has more than 256 characters, which no head has", refused.Error.Message);
        using var next = server.Pool.RentRequest();
        Assert.InRange(next.Head.Length, 0, 256);
    }

    [Fact]
    public async Task A_service_that_is_not_there_is_unavailable()
    {
        await using var client = ScoringClient.Connect("http://127.0.0.1:1");
        var refused = await Assert.ThrowsAsync<ScoringException>(
            () => client.ScoreAsync(new ScoreRequest { Classes = 1, Logits = new float[1] }, TestEnd));
        Assert.Equal(StatusCode.Unavailable, refused.Error.Code);
    }

    [Fact]
    public async Task A_unary_call_past_the_servers_memory_is_told_to_come_back()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Limits:ServerBytes=1048576", "--Scoring:Limits:MessageBytes=65536");
        using var held = new TakenRoom(server);
        var request = new ScoreRequest { Classes = 1, Logits = new float[1] };
        var client = server.Connect();
        var refused = await Assert.ThrowsAsync<ScoringException>(() => client.ScoreAsync(request, TestEnd));
        Assert.Equal(StatusCode.ResourceExhausted, refused.Error.Code);
        Assert.Contains("the limit is 1048576", refused.Error.Message, StringComparison.Ordinal);
        Assert.True(refused.Error.RetryAfter > TimeSpan.Zero);

        held.Dispose();
        (await client.ScoreAsync(request, TestEnd)).Dispose();
    }

    [Fact]
    public async Task A_stream_waits_until_the_server_has_room()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Limits:ServerBytes=1048576", "--Scoring:Limits:MessageBytes=65536");
        using var held = new TakenRoom(server);
        var client = server.Connect();
        await using var results = client.ScoreStreamAsync(Source.Of([.. Source.Rows(3, 2, 5)]), TestEnd).GetAsyncEnumerator(TestEnd);
        var first = results.MoveNextAsync().AsTask();
        // Later calls over the same connection are answered while the stream waits, so it is the gate that the stream waits at.
        for (var i = 0; i < 20; i++)
        {
            await client.ListHeadsAsync(TestEnd);
        }

        Assert.False(first.IsCompleted);

        held.Dispose();
        Assert.True(await first);
        results.Current.Dispose();
        for (var i = 0; i < 2; i++)
        {
            Assert.True(await results.MoveNextAsync());
            results.Current.Dispose();
        }

        Assert.False(await results.MoveNextAsync());
    }

    [Fact]
    public async Task The_heads_and_limits_are_listed()
    {
        await using var server = await ScoringServer.StartAsync(
            "--Scoring:Limits:Rows=77", "--Scoring:Limits:StreamIdleMs=5", "--Scoring:Limits:BufferBytes=1610612736");
        var list = await server.Connect().ListHeadsAsync(TestEnd);
        Assert.Equal(["linear", "log_softmax", "sigmoid", "softmax"], list.Heads.Select(head => head.Name));
        Assert.All(list.Heads, head => Assert.Equal(1f, head.Temperature));
        Assert.Equal(77u, list.Limits.Rows);
        Assert.Equal(16u << 20, list.Limits.MessageBytes);
        Assert.Equal((1u << 18, 16u, 256ul << 20), (list.Limits.EvaluationClasses, list.Limits.EvaluationCalls, list.Limits.CalibrationBytes));
        Assert.Equal(
            (4u, 300_000u, 128ul << 20), (list.Limits.EvaluationCallsPerCaller, list.Limits.EvaluationIdleMs, list.Limits.CalibrationBytesPerCaller));
        Assert.Equal((10_000u, 0u, 128ul << 20), (list.Limits.Connections, list.Limits.ConnectionAgeMs, list.Limits.ConnectionBytes));
        Assert.Equal((300_000u, 5u, 600_000u), (list.Limits.FirstMessageMs, list.Limits.StreamIdleMs, list.Limits.SlowReaderMs));
        Assert.Equal((3ul << 29, 10_000u), (list.Limits.BufferBytes, list.Limits.CrowdedMs));
        Assert.True(list.Usage.CpuNs > 0);
        Assert.True(list.Usage.AllocatedBytes > 0);
        Assert.True(list.Usage.ResidentBytes > 0);
        Assert.Equal(0UL, list.Usage.RentedBytes);
    }

    public static TheoryData<ScoreRequest, string> BadRequests => new()
    {
        { new ScoreRequest { Logits = new float[3] }, "classes is 0; head 'softmax' takes rows of any width, so the message must tell it" },
        { new ScoreRequest { Classes = 9, Logits = new float[9] }, "classes is 9; the limit is 8" },
        { new ScoreRequest { Classes = 1, Logits = new float[6] }, "the message has 6 rows; the limit is 5" },
        { new ScoreRequest { Classes = 2, Logits = new float[2], Data = new byte[8] },
            "logits (2 of them) and data (8 bytes) are both set; a message carries one of them" },
        { new ScoreRequest { Classes = 2, Data = new byte[7], DataType = DataType.Fp16 },
            "data has 7 bytes, which is no whole number of 2-byte elements" },
        { new ScoreRequest { Classes = 2, Data = new byte[8], DataType = (DataType)9 },
            "data_type is 9, which is not one of 0 (FP32), 1 (FP16), 2 (BF16), 3 (FP64)" },
        { new ScoreRequest { Classes = 2, Logits = new float[2], DataType = (DataType)9 },
            "data_type is 9, which is not one of 0 (FP32), 1 (FP16), 2 (BF16), 3 (FP64)" },
        { new ScoreRequest { Classes = 2, Logits = new float[2], Temperature = 0 }, "temperature is 0; it must be finite and above 0" },
        { new ScoreRequest { Classes = 2, Logits = new float[2], Temperature = float.NaN }, "temperature is NaN; it must be finite and above 0" },
        { new ScoreRequest { Classes = 2, Logits = new float[2], NonFinite = (NonFinite)4 },
            "non_finite is 4, which is not one of 0 (REJECT), 1 (FLAG), 2 (PROPAGATE)" },
        { new ScoreRequest { Classes = 4, Logits = new float[4], Outputs = OutputSet.TopK, TopK = 5 }, "top_k is 5; the rows have 4 classes" },
        { new ScoreRequest { Classes = 8, Logits = new float[8], Outputs = OutputSet.TopK, TopK = 7 }, "top_k is 7; the limit is 6" },
        { new ScoreRequest { Classes = 2, Logits = new float[2], Outputs = OutputSet.Labels | OutputSet.TopK },
            "outputs names LABELS; head 'softmax' has none" },
        { new ScoreRequest { Classes = 2, Logits = new float[2], Outputs = OutputSet.Labels },
            "outputs names LABELS without TOP_K, whose classes they would name" },
        { new ScoreRequest { Classes = 2, Logits = new float[2], Outputs = OutputSet.Decisions, Head = "linear" },
            "outputs names DECISIONS; head 'linear' is linear and has no probabilities to decide by" },
        { new ScoreRequest { Classes = 2, Logits = new float[2], Outputs = OutputSet.Entropy, Head = "sigmoid" },
            "outputs names ENTROPY; head 'sigmoid' makes no distribution over its classes" },
        { new ScoreRequest { Classes = 2, Logits = new float[2], Outputs = OutputSet.Loss, Head = "linear" },
            "outputs names LOSS; head 'linear' is linear and has no probabilities to lose by" },
        { new ScoreRequest { Classes = 2, Logits = new float[4], Outputs = OutputSet.Loss },
            "LOSS of 2 rows of 2 classes needs 2 targets (one class for each row); the message has 0" },
        { new ScoreRequest { Classes = 2, Logits = new float[4], Outputs = OutputSet.Loss, Targets = new uint[] { 1, 2 } },
            "row 1: the target is class 2; the classes are 0 to 1" },
        { new ScoreRequest { Classes = 2, Logits = new float[4], Outputs = OutputSet.Loss, Head = "sigmoid", Targets = new uint[] { 1, 0, 0, 3 } },
            "row 1, column 1: the target is 3; it must be 0 or 1" },
        { new ScoreRequest { Classes = 2, Logits = new[] { 0, 0, float.NegativeInfinity, float.NegativeInfinity } },
            "row 1 is -inf in every column, so it has no probabilities" },
    };

    [Theory]
    [MemberData(nameof(BadRequests), DisableDiscoveryEnumeration = true)]
    public async Task Each_bad_request_has_its_own_message(ScoreRequest request, string message)
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Limits:Classes=8", "--Scoring:Limits:Rows=5", "--Scoring:Limits:TopK=6");
        var refused = await Assert.ThrowsAsync<ScoringException>(() => server.Connect().ScoreAsync(request, TestEnd));
        Assert.Equal(StatusCode.InvalidArgument, refused.Error.Code);
        Assert.Equal(message, refused.Error.Message);
    }
}
