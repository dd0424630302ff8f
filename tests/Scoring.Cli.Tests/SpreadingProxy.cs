using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Scoring.Cli.Tests;

/// <summary>A proxy that hands each call, whatever connection it came by, to the next of some services.</summary>
internal sealed class SpreadingProxy : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler());
    private readonly string[] _services;
    private int _calls = -1;

    private SpreadingProxy(string[] services)
    {
        _services = services;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(server => server.Listen(IPAddress.Loopback, 0, port => port.Protocols = HttpProtocols.Http2));
        _server = builder.Build();
        _server.Run(PassOnAsync);
    }

    public string Address => _server.Urls.Single();

    public static async Task<SpreadingProxy> StartAsync(params string[] services)
    {
        var proxy = new SpreadingProxy(services);
        await proxy._server.StartAsync(TestContext.Current.CancellationToken);
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _client.Dispose();
    }

    private async Task PassOnAsync(HttpContext call)
    {
        var service = _services[Interlocked.Increment(ref _calls) % _services.Length];
        using var request = new HttpRequestMessage(HttpMethod.Post, service + call.Request.Path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new StreamContent(call.Request.Body),
        };
        request.Headers.TE.ParseAdd("trailers");
        request.Content.Headers.TryAddWithoutValidation("Content-Type", call.Request.ContentType);

        using var answer = await _client.SendAsync(request, call.RequestAborted);
        call.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        await answer.Content.CopyToAsync(call.Response.Body, call.RequestAborted);
        foreach (var (name, values) in answer.TrailingHeaders)
        {
            call.Response.AppendTrailer(name, values.ToArray());
        }
    }
}
