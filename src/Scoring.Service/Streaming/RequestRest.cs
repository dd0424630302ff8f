using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

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
        app.Use(call => http =>
        {
            if (!HttpProtocol.IsHttp2(http.Request.Protocol))
            {
                return call(http);
            }

            var calling = call(http);
            return calling.IsCompletedSuccessfully && HasEnded(http) ? calling : EndAsync(calling, http);
        });
        next(app);
    };

    private async Task EndAsync(Task calling, HttpContext http)
    {
        await calling;
        if (HasEnded(http) || http.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        await http.Response.CompleteAsync();
        if (http.Features.Get<IRequestBodyPipeFeature>() is CountedBody counted)
        {
            counted.Memory.Dispose();
            await DiscardAsync(counted.Transport);
        }
        else
        {
            await DiscardAsync(http.Request.BodyReader);
        }
    }

    private static bool HasEnded(HttpContext http) => http.Features.Get<IRequestBodyPipeFeature>() is CountedBody counted
        ? counted.HasEnded || HasEnded(counted.Transport)
        : HasEnded(http.Request.BodyReader);

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
