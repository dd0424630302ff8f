using System.Buffers;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Scoring.Protocol;
using Scoring.Protocol.Buffers;
using Scoring.Service.Hosting;
using Scoring.Service.Streaming;
using Scoring.V1;

namespace Scoring.Service.Http;

/// <summary>
/// What a call in JSON must pass before the transcoding reads it, which knows no limit and says no more of bad JSON than that it is bad. The body lies
/// in pooled memory meanwhile, so that it counts with all else that is in flight.
/// </summary>
internal sealed class JsonBody(MessagePool pool, ServerMemory memory, IOptions<LimitSettings> limits)
{
    private readonly int _limit = limits.Value.MessageBytes;

    /// <summary>Serves a call that came to the HTTP port, whatever type its body claims to have: curl claims a form's unless it is told.</summary>
    public async Task ServeAsync(HttpContext context, RequestDelegate call)
    {
        if (!HttpPort.IsOf(context))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (!HttpMethods.IsPost(context.Request.Method))
        {
            await call(context);
            return;
        }

        var body = new PooledArray<byte>(pool.Buffers);
        try
        {
            if (context.Request.ContentLength > _limit || !await TryReadAsync(context, body))
            {
                var tooLarge = ScoringErrors.Exhausted($"the body has more than {_limit} bytes, which is the limit", retryAfterMs: 0);
                await JsonRefusal.WriteAsync(context.Response, StatusCodes.Status413PayloadTooLarge, tooLarge);
            }
            else if (!memory.HasRoom)
            {
                await JsonRefusal.WriteAsync(context.Response, StatusCodes.Status429TooManyRequests, memory.Refusal());
            }
            else if (JsonCheck.Find(body.Span, ScoreRequest.Descriptor) is { } fault)
            {
                await JsonRefusal.WriteAsync(context.Response, StatusCodes.Status400BadRequest, ScoringErrors.InvalidArgument(fault));
            }
            else
            {
                context.Request.ContentType = "application/json";
                context.Request.Body = new PooledStream(body);
                await call(context);
            }
        }
        finally
        {
            body.Release();
        }
    }

    /// <summary>Reads until the body ends, or the server has no room for more of it; false where it is over the limit.</summary>
    private async Task<bool> TryReadAsync(HttpContext context, PooledArray<byte> body)
    {
        // The limit is ours.
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        var reader = context.Request.BodyReader;
        while (memory.HasRoom)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            var length = read.Buffer.Length;
            var isTooLarge = body.Count + length > _limit;
            if (!isTooLarge)
            {
                var expectedMore = Math.Max(0, (context.Request.ContentLength ?? 0) - body.Count - length);
                read.Buffer.CopyTo(body.Append((int)length, (int)expectedMore));
            }

            reader.AdvanceTo(read.Buffer.End);
            if (isTooLarge)
            {
                return false;
            }

            if (read.IsCompleted)
            {
                break;
            }
        }

        return true;
    }
}
