using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Scoring.FunctionalTests.Infrastructure;

/// <summary>An authority that tells the keys of issuers, over HTTP on this machine.</summary>
internal sealed class TokenAuthority : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string _keys = string.Empty;
    private int _reads;

    private TokenAuthority(WebApplication app)
    {
        _app = app;
        app.Urls.Add("http://127.0.0.1:0");
        app.MapGet("/.well-known/openid-configuration", async (HttpRequest request) =>
        {
            Interlocked.Increment(ref _reads);
            _asked.TrySetResult();
            await Answer;
            return $$"""{ "issuer": "{{Issuer.Name}}", "jwks_uri": "http://{{request.Host}}/keys" }""";
        });
        app.MapGet("/keys", () => _keys);
    }

    /// <summary>How often the metadata were asked for.</summary>
    public int Reads => Volatile.Read(ref _reads);

    /// <summary>Ends when they were asked for once.</summary>
    public Task Asked => _asked.Task;

    /// <summary>What it waits for before it answers.</summary>
    public Task Answer { get; set; } = Task.CompletedTask;

    public string[] Settings => [$"--Scoring:Auth:Jwt:Authority={_app.Urls.Single()}", $"--Scoring:Auth:Jwt:Audience={Issuer.Audience}"];

    public static async Task<TokenAuthority> StartAsync(params Issuer[] issuers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var authority = new TokenAuthority(builder.Build());
        authority.Publish(issuers);
        await authority._app.StartAsync(TestContext.Current.CancellationToken);
        return authority;
    }

    /// <summary>From now on these keys are good, and no others.</summary>
    public void Publish(params Issuer[] issuers)
    {
        var keys = issuers.SelectMany(issuer => JsonNode.Parse(issuer.KeySet)!["keys"]!.AsArray());
        _keys = new JsonObject { ["keys"] = new JsonArray([.. keys.Select(key => key!.DeepClone())]) }.ToJsonString();
    }

    /// <summary>From now on this is what it says where its keys should be.</summary>
    public void PublishText(string text) => _keys = text;

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
