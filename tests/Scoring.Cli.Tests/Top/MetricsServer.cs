using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Scoring.Cli.Tests.Top;

/// <summary>Something at a free port that answers every request alike, one answer after another, and then the last again.</summary>
internal sealed class MetricsServer : IAsyncDisposable
{
    private readonly WebApplication _server;

    private MetricsServer(WebApplication server)
    {
        _server = server;
    }

    public string Address => _server.Urls.Single();

    public static async Task<MetricsServer> StartAsync(int status, params string[] answers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var server = builder.Build();
        server.Urls.Add("http://127.0.0.1:0");
        var requests = -1;
        server.Run(context =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(answers[Math.Min(Interlocked.Increment(ref requests), answers.Length - 1)], context.RequestAborted);
        });
        await server.StartAsync(TestContext.Current.CancellationToken);
        return new MetricsServer(server);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
