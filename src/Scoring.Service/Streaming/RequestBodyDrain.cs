using System.IO.Pipelines;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Scoring.Service.Calls;
using Scoring.Service.Connections;

namespace Scoring.Service.Streaming;

/// <summary>
/// Lets the client of a call that ends before its requests do end its side too. Kestrel follows the end of such a call with a reset at once, which
/// proxies pass on as they like: HAProxy makes it CANCEL, and clients that let a reset win then lose the status which came before it. A client that
/// has read the status closes its side, so this takes a round trip; what it still sends is thrown away, and not counted.
/// </summary>
internal sealed class RequestBodyDrain(OpenCalls calls, TimeProvider time) : IStartupFilter
{
    /// <summary>How long a client has that does not close its side.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(call => http =>
        {
            if (http.Features.Get<IHttp2StreamIdFeature>() is not { } stream || http.Features.Get<OpenConnection>() is not { } connection)
            {
                return call(http);
            }

            var headers = calls.Enter(connection.Calls, stream);
            if (connection.IsCut)
            {
                // Nobody will have its answer.
                return Task.CompletedTask;
            }

            var body = new RequestBody(http.Features.GetRequiredFeature<IRequestBodyPipeFeature>().Reader, connection);
            http.Features.Set<IRequestBodyPipeFeature>(body);
            var calling = headers <= OpenCalls.MostHeaders ? call(http) : Refuse(http, headers);
            if (!calling.IsCompletedSuccessfully || !HasEnded(body))
            {
                return EndAsync(calling, body, http);
            }

            RequestTrailers.Drop(http);
            return calling;
        });
        next(app);
    };

    /// <summary>As gRPC's own servers do, and not as Kestrel, whose 431 is no status of gRPC.</summary>
    private static Task Refuse(HttpContext http, int headers)
    {
        CallStatus.Refuse(http, new Status(
            StatusCode.ResourceExhausted, $"the headers of the call take {headers} bytes, with 32 for each; the limit is {OpenCalls.MostHeaders}"));
        return Task.CompletedTask;
    }

    private async Task EndAsync(Task calling, RequestBody body, HttpContext http)
    {
        await calling;
        if (HasEnded(body) || http.RequestAborted.IsCancellationRequested)
        {
            RequestTrailers.Drop(http);
            return;
        }

        await http.Response.CompleteAsync();
        RequestBody.CountedOf(http)?.Memory.Dispose();
        await DiscardAsync(body.Transport);
    }

    private static bool HasEnded(RequestBody body) => body.Counted is { HasEnded: true } || HasEnded(body.Transport);

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
