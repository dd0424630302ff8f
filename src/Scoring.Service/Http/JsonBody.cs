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
    /// <summary>The message that is made of it, its bytes, those of the answer, the answer's message and its text: each about as large, or twice.</summary>
    private const int CopiesOfBody = 8;

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
            if (await ReadAsync(context, body) is { } refusal)
            {
                await JsonRefusal.WriteAsync(context.Response, refusal.HttpStatus, refusal.Error);
            }
            else if (!TryReserve(context, body.Count))
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

    /// <summary>What the transcoding makes of a body, in memory that is not pooled and in several copies, counts until the call ends.</summary>
    private bool TryReserve(HttpContext context, int bytes) =>
        bytes <= CountedBody.FreeBytes || context.Features.GetRequiredFeature<CallMemory>().TryReserve(Math.Min((long)bytes * CopiesOfBody, memory.Unfinished.Limit / 2));

    /// <summary>Reads until the body ends; what it is refused with where it is over the limit, or the server has no room for more of it.</summary>
    private async Task<(int HttpStatus, Error Error)?> ReadAsync(HttpContext context, PooledArray<byte> body)
    {
        // The limit is ours.
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        var isTooLarge = context.Request.ContentLength > _limit;
        var isWhole = false;
        while (!isTooLarge && memory.HasRoom)
        {
            if (isWhole)
            {
                return null;
            }

            var read = await context.Request.BodyReader.ReadAsync(context.RequestAborted);
            var length = read.Buffer.Length;
            isTooLarge = body.Count + length > _limit;
            if (!isTooLarge)
            {
                var expectedMore = Math.Max(0, (context.Request.ContentLength ?? 0) - body.Count - length);
                read.Buffer.CopyTo(body.Append((int)length, (int)expectedMore));
            }

            context.Request.BodyReader.AdvanceTo(read.Buffer.End);
            isWhole = read.IsCompleted;
        }

        return isTooLarge
            ? (StatusCodes.Status413PayloadTooLarge, ScoringErrors.Exhausted($"the body has more than {_limit} bytes, which is the limit", retryAfterMs: 0))
            : (StatusCodes.Status429TooManyRequests, memory.Refusal());
    }
}
