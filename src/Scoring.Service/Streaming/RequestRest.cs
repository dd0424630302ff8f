using System.IO.Pipelines;

namespace Scoring.Service.Streaming;

/// <summary>
/// Lets the client of a call that ends before its requests do end its side too. Kestrel follows the end of such a call with a reset at once, which proxies pass on as they like:
/// HAProxy makes it CANCEL, and clients that let a reset win then lose the status which came before it. A client that has read the status closes its side, so this takes a round trip;
/// what it still sends is thrown away, and not counted.
/// </summary>
internal sealed class RequestRest(TimeProvider time) : IStartupFilter
{
    /// <summary>How long a client has that does not close its side.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(call => http => HttpProtocol.IsHttp2(http.Request.Protocol) ? RunAsync(call, http) : call(http));
        next(app);
    };

    private async Task RunAsync(RequestDelegate call, HttpContext http)
    {
        // The transport's, without what counts messages.
        var body = http.Request.BodyReader;
        await call(http);
        if (!http.RequestAborted.IsCancellationRequested && !HasEnded(body))
        {
            await http.Response.CompleteAsync();
            http.Features.Get<CallMemory>()?.Dispose();
            await DiscardAsync(body);
        }
    }

    private static bool HasEnded(PipeReader body)
    {
        try
        {
            if (!body.TryRead(out var result))
            {
                return false;
            }

            body.AdvanceTo(result.Buffer.End);
            return result.IsCompleted;
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException or OperationCanceledException)
        {
            // Reset by the client, or read to its end by somebody who has closed it.
            return true;
        }
    }

    private async Task DiscardAsync(PipeReader body)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            for (var isWhole = false; !isWhole;)
            {
                var result = await body.ReadAsync(patience.Token);
                body.AdvanceTo(result.Buffer.End);
                isWhole = result.IsCompleted || result.IsCanceled;
            }
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException or OperationCanceledException)
        {
            // The client has reset the call, or gone, or its time is over.
        }
    }
}
