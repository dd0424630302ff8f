using Grpc.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Service;

namespace Scoring.FunctionalTests.Security;

public sealed class ApiKeyTests
{
    private const string Missing = "the call has no credentials; this service takes an API key (x-api-key, or authorization: Bearer)";
    private const string Wrong = "the API key is nobody's; this service takes an API key (x-api-key, or authorization: Bearer)";

    private static readonly ScoreRequest Request = new() { Classes = 2, Logits = new float[] { 1, 1 } };

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("x-api-key", "")]
    [InlineData("authorization", "Bearer ")]
    [InlineData("authorization", "bearer  ")]
    public async Task Whoever_has_a_key_is_served(string header, string prefix)
    {
        using var file = new KeyFile("trainer", "other");
        await using var server = await ScoringServer.StartAsync(file.Setting);
        await using var calls = new SecureCalls(server.Address, headers: (header, prefix + file.Keys["trainer"]));
        using var result = await calls.Client.ScoreAsync(Request, TestEnd);
        Assert.Equal([0.5f, 0.5f], result.Scores.ToArray());
        var answered = 0;
        await foreach (var scored in calls.Client.ScoreStreamAsync(Source.Of(Request, Request), TestEnd))
        {
            scored.Dispose();
            answered++;
        }

        Assert.Equal(2, answered);
    }

    [Fact]
    public async Task A_client_has_its_key_with_every_call()
    {
        using var file = new KeyFile("trainer");
        await using var server = await ScoringServer.StartAsync(file.Setting);
        var client = server.Connect(new ScoringClientOptions { ApiKey = file.Keys["trainer"] });
        (await client.ScoreAsync(Request, TestEnd)).Dispose();
        Assert.NotEmpty((await client.ListHeadsAsync(TestEnd)).Heads);
        await foreach (var scored in client.ScoreStreamAsync(Source.Of(Request), TestEnd))
        {
            scored.EnsureScored();
            scored.Dispose();
        }
    }

    [Fact]
    public async Task Wrong_keys_are_told_of_once_a_second_of_each_kind()
    {
        const int Kinds = 4;
        using var file = new KeyFile("trainer");
        var log = new LogRecorder(LogLevel.Information);
        await using var server = await ScoringServer.StartAsync(builder => builder.Logging.AddProvider(log), file.Setting);
        var before = log.Lines.Count;
        await using var calls = new SecureCalls(server.Address, headers: ("x-api-key", "scoring_wrong"));
        var start = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < 200; i++)
        {
            await Assert.ThrowsAsync<RpcException>(async () => await calls.Generated.ListHeadsAsync(new(), cancellationToken: TestEnd));
        }

        Assert.InRange(log.Lines.Count - before, 1, Kinds * (1 + TimeProvider.System.GetElapsedTime(start).TotalSeconds));
    }

    [Fact]
    public void A_key_that_cannot_be_one_is_refused_without_telling_it()
    {
        var refused = Assert.Throws<ArgumentOutOfRangeException>(
            () => ScoringClient.Connect("http://localhost:1", new ScoringClientOptions { ApiKey = "top\nsecret" }));
        Assert.Contains("ApiKey must be of visible ASCII characters", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Missing)]
    [InlineData(Missing, "x-api-key", "")]
    [InlineData(Missing, "authorization", "Basic dXNlcjpwYXNz")]
    [InlineData(Wrong, "x-api-key", "scoring_wrong")]
    [InlineData(Wrong, "authorization", "Bearer a.b.c")]
    public async Task Whoever_has_none_is_refused_on_every_call_and_told_what_is_missing(string said, params string[] header)
    {
        using var file = new KeyFile("trainer");
        await using var server = await ScoringServer.StartAsync(file.Setting);
        await using var calls = new SecureCalls(server.Address, headers: header is [var name, var value] ? [(name, value)] : []);
        var unary = await Assert.ThrowsAsync<ScoringException>(() => calls.Client.ScoreAsync(Request, TestEnd));
        Assert.Equal((StatusCode.Unauthenticated, said), (unary.Error.Code, unary.Error.Message));
        var listing = await Assert.ThrowsAsync<RpcException>(
            async () => await calls.Generated.ListHeadsAsync(new V1.ListHeadsRequest(), cancellationToken: TestEnd));
        Assert.Equal((StatusCode.Unauthenticated, said), (listing.StatusCode, listing.Status.Detail));
        using var stream = calls.Generated.ScoreStream(cancellationToken: TestEnd);
        var streaming = await Assert.ThrowsAsync<RpcException>(() => stream.ResponseStream.MoveNext(TestEnd));
        Assert.Equal((StatusCode.Unauthenticated, said), (streaming.StatusCode, streaming.Status.Detail));
        var client = await Assert.ThrowsAsync<ScoringException>(async () =>
        {
            await foreach (var scored in calls.Client.ScoreStreamAsync(Source.Of(Request), TestEnd))
            {
                scored.Dispose();
            }
        });
        Assert.Equal((StatusCode.Unauthenticated, said), (client.Error.Code, client.Error.Message));
    }

    [Fact]
    public async Task A_file_that_changes_is_read_again_and_a_key_that_is_gone_is_nobodys()
    {
        using var file = new KeyFile("trainer");
        await using var server = await ScoringServer.StartAsync(file.Setting, "--Scoring:Files:PollMs=10");
        server.ExpectedLog = "The changed api_keys is refused, and the last good one stays in force: Scoring:Auth:ApiKeysFile is";
        using var reloads = new FileReloadRecorder(server);
        await using var old = new SecureCalls(server.Address, headers: file.Header("trainer"));
        await ListHeadsAsync(old);

        file.Write("{ broken");
        await reloads.NextIsAsync("api_keys", "refused");
        await ListHeadsAsync(old);

        file.Write(NewApiKey.Create("trainer"));
        await reloads.NextIsAsync("api_keys", "accepted");
        Assert.Equal(StatusCode.Unauthenticated, (await Assert.ThrowsAsync<RpcException>(() => ListHeadsAsync(old))).StatusCode);
        await using var next = new SecureCalls(server.Address, headers: file.Header("trainer"));
        await ListHeadsAsync(next);
        Assert.Single(server.LogLines);
    }

    [Fact]
    public async Task A_key_that_is_gone_is_nobodys_after_one_look_however_often_its_file_is_rewritten()
    {
        var time = new FakeTimeProvider();
        using var file = new KeyFile("trainer");
        await using var server = await ScoringServer.StartAsync(time, file.Setting);
        using var reloads = new FileReloadRecorder(server);
        await using var old = new SecureCalls(server.Address, headers: file.Header("trainer"));
        await ListHeadsAsync(old);
        var accepted = reloads.NextIsAsync("api_keys", "accepted");
        // More than one look only where the service has not begun to look yet.
        for (var look = 1; look <= 10 && !accepted.IsCompleted; look++)
        {
            file.Write(NewApiKey.Create("another" + new string('x', look)));
            time.Advance(TimeSpan.FromSeconds(2));
            await Task.WhenAny(accepted, Task.Delay(TimeSpan.FromSeconds(1), TestEnd));
        }

        await accepted;
        Assert.Equal(StatusCode.Unauthenticated, (await Assert.ThrowsAsync<RpcException>(() => ListHeadsAsync(old))).StatusCode);
    }

    private const string Hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    [Theory]
    [InlineData("{ \"a\": { \"sha256\": \"123\" } }", "'a' has no sha256 of 64 hexadecimal digits")]
    [InlineData("{ \"a\": null }", "'a' has no sha256")]
    [InlineData("{ \"a/b\": { \"sha256\": \"" + Hash + "\" } }", "'a/b' is not a name")]
    [InlineData("{ \"a\": { \"sha256\": \"" + Hash + "\", \"key\": \"x\" } }", "key")]
    [InlineData("{ \"a\": { \"sha256\": \"" + Hash + "\" }, \"b\": { \"sha256\": \"" + Hash + "\" } }", "'a' and 'b' have the same key")]
    [InlineData("{ \"a\": { \"sha256\": \"" + Hash + "\" }, \"a\": { \"sha256\": \"" + Hash + "\" } }", "Duplicate")]
    [InlineData("{ \"a\": { \"sha256\": \"" + Hash + "\", \"heads\": null } }", "heads")]
    [InlineData("[]", "")]
    [InlineData("null", "it is null")]
    [InlineData("", "")]
    public async Task A_bad_file_stops_the_start_with_a_line_that_names_it(string text, string said)
    {
        using var file = new KeyFile();
        file.Write(text);
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => ScoringServer.StartAsync(file.Setting));
        Assert.StartsWith($"Scoring:Auth:ApiKeysFile is '{file.Path}', which cannot be used: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
    }

    private static async Task ListHeadsAsync(SecureCalls calls) =>
        await calls.Generated.ListHeadsAsync(new V1.ListHeadsRequest(), cancellationToken: TestEnd);
}
