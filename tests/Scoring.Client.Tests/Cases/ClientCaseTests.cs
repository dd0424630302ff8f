using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Scoring.Client.Tests.Cases;

public sealed class ClientCaseTests
{
    /// <summary>Far more than any case takes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => [.. ClientCase.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_client_does_what_every_client_does(string name)
    {
        var play = ClientCase.Named(name);
        await using var server = new ScriptedServer(play);
        foreach (var (variable, value) in play.Environment)
        {
            Environment.SetEnvironmentVariable(variable, value);
        }

        await using var client = ScoringClient.Connect(server.Address, play.Options());
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestEnd);
        var results = new List<ScoreError?>();
        ScoringException? failure = null;
        var isCancelled = false;
        var isThrown = false;
        try
        {
            await RunAsync(client, play, results, cancel).WaitAsync(Patience, TestEnd);
        }
        catch (ScoringException exception)
        {
            failure = exception;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            isCancelled = true;
        }
        catch (SourceException)
        {
            isThrown = true;
        }
        finally
        {
            foreach (var variable in play.Environment.Keys)
            {
                Environment.SetEnvironmentVariable(variable, null);
            }
        }

        AssertResults(play, results, failure);
        Assert.Equal(play.Expected.TryGetProperty("cancelled", out _), isCancelled);
        Assert.Equal(play.Expected.TryGetProperty("thrown", out _), isThrown);
        AssertFailure(play.Expected, failure);
    }

    [Fact]
    public void The_client_has_the_settings_that_every_client_has()
    {
        var options = new ScoringClientOptions();
        var settings = new Dictionary<string, double>
        {
            ["max_in_flight_messages"] = options.MaxInFlightMessages,
            ["max_in_flight_bytes"] = options.MaxInFlightBytes,
            ["patience_ms"] = options.StreamPatience.TotalMilliseconds,
            ["connect_timeout_ms"] = options.ConnectTimeout.TotalMilliseconds,
            ["keep_alive_delay_ms"] = options.KeepAliveDelay.TotalMilliseconds,
            ["keep_alive_timeout_ms"] = options.KeepAliveTimeout.TotalMilliseconds,
            ["progress_timeout_ms"] = options.ProgressTimeout.TotalMilliseconds,
            ["call_timeout_ms"] = options.CallTimeout.TotalMilliseconds,
            ["max_attempts"] = options.MaxAttempts,
        };
        Assert.Equal(
            ClientCase.Read("settings.json").EnumerateObject().ToDictionary(setting => setting.Name, setting => setting.Value.GetDouble()), settings);
    }

    private static async Task RunAsync(ScoringClient client, ClientCase play, List<ScoreError?> results, CancellationTokenSource cancel)
    {
        var request = new ScoreRequest { Classes = play.Logits, Logits = new float[play.Logits], Outputs = play.Outputs };
        if (!play.IsStream)
        {
            (await client.ScoreAsync(request, cancel.Token)).Dispose();
            results.Add(null);
            return;
        }

        var id = 0UL;
        await foreach (var result in client.ScoreStreamAsync(SourceAsync(play, request, CancellationToken.None), cancel.Token))
        {
            using (result)
            {
                Assert.Equal(++id, result.Id);
                results.Add(result.Error);
                if (results.Count == play.CancelAfter)
                {
                    await cancel.CancelAsync();
                }
            }
        }
    }

    private static async IAsyncEnumerable<ScoreRequest> SourceAsync(
        ClientCase play, ScoreRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var i = 0; i < play.Messages; i++)
        {
            yield return request;
        }

        switch (play.Source)
        {
            case "waits":
                await Task.Delay(Timeout.Infinite, cancellationToken);
                break;
            case "throws":
                throw new SourceException();
        }
    }

    private static void AssertResults(ClientCase play, List<ScoreError?> results, ScoringException? failure)
    {
        var expected = play.Expected.TryGetProperty("results", out var some) ? some : default;
        JsonElement[] all = expected.ValueKind switch
        {
            JsonValueKind.Undefined => [],
            JsonValueKind.String => [.. Enumerable.Repeat(expected, play.Messages)],
            _ => [.. expected.EnumerateArray()],
        };
        Assert.True(all.Length == results.Count, $"{results.Count} results instead of {all.Length}, and then {failure}");
        foreach (var (wanted, error) in all.Zip(results))
        {
            if (wanted.ValueKind == JsonValueKind.String)
            {
                Assert.Null(error);
            }
            else
            {
                AssertError(wanted, error!);
            }
        }
    }

    private static void AssertFailure(JsonElement expected, ScoringException? failure)
    {
        if (!expected.TryGetProperty("error", out var wanted))
        {
            Assert.Null(failure);
            return;
        }

        Assert.NotNull(failure);
        AssertError(wanted, failure.Error);
        if (wanted.TryGetProperty("unanswered", out var unanswered))
        {
            Assert.Equal(unanswered.EnumerateArray().Select(id => id.GetUInt64()), failure.Unanswered);
        }
    }

    private static void AssertError(JsonElement wanted, ScoreError error)
    {
        Assert.Equal(ClientCase.Code(wanted), error.Code);
        if (wanted.TryGetProperty("message", out var message))
        {
            Assert.Equal(message.GetString(), error.Message);
            Assert.Equal(ClientCase.Number(wanted, "row", -1), error.Row ?? -1);
            Assert.Equal(ClientCase.Number(wanted, "column", -1), error.Column ?? -1);
            Assert.Equal(ClientCase.Number(wanted, "retry_after_ms", 0), (error.RetryAfter ?? TimeSpan.Zero).TotalMilliseconds);
        }
    }

    /// <summary>What a source throws of its own.</summary>
    private sealed class SourceException : Exception;
}
