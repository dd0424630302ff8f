using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Scoring.Benchmarks.Telemetry;

/// <summary>A collector that takes OTLP over HTTP and drops it, in this process, so that its time is not the servers'.</summary>
internal sealed class OtlpSink : IAsyncDisposable
{
    private readonly WebApplication _app;
    private long _bytes;

    private OtlpSink()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(DropAsync);
    }

    public string Address => _app.Urls.Single();

    public long Bytes => Volatile.Read(ref _bytes);

    public static async Task<OtlpSink> StartAsync()
    {
        var sink = new OtlpSink();
        await sink._app.StartAsync();
        return sink;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task DropAsync(HttpContext context)
    {
        var buffer = new byte[16 << 10];
        while (await context.Request.Body.ReadAsync(buffer) is > 0 and var count)
        {
            Interlocked.Add(ref _bytes, count);
        }
    }
}
