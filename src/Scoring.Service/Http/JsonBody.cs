using System.Buffers;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Scoring.Protocol;
using Scoring.Protocol.Buffers;
using Scoring.Protocol.Wire;
using Scoring.Service.Calls;
using Scoring.Service.Memory;
using Scoring.Service.Settings;
using Scoring.Service.Streaming;
using Scoring.Service.Telemetry;
using Scoring.V1;

namespace Scoring.Service.Http;

/// <summary>
/// Reads the message of a call in JSON before the transcoding would, which knows no limit and says no more of bad JSON than that it is bad. The body
/// lies in pooled memory, so that it counts with all else that is in flight, and the message is the call's.
/// </summary>
internal sealed class JsonBody(MessagePool pool, ServerMemory memory, FailureLog failures, IOptions<LimitSettings> limits)
{
    /// <summary>The bytes of the answer, its message and its text, and a body that was compressed: each about as large, or twice.</summary>
    private const int CopiesOfBody = 8;

    /// <summary>One part in so many of a body is to be here before there is room for all of it.</summary>
    private const int ShareOfBody = 4;

    /// <summary>What is left for the transcoding.</summary>
    private static readonly byte[] Nothing = [.. "{}"u8];

    private readonly int _limit = limits.Value.MessageBytes;

    /// <summary>Serves a call that came to the HTTP port, whatever type its body claims to have: curl claims a form's unless it is told.</summary>
    public async Task ServeAsync(HttpContext context, RequestDelegate call)
    {
        if (!HttpPort.IsOf(context))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        try
        {
            JsonQuery.Check(context);
            if (HttpMethods.IsPost(context.Request.Method))
            {
                await TakeMessageAsync(context);
            }

            await call(context);
        }
        catch (MalformedMessageException malformed)
        {
            await JsonRefusal.WriteAsync(context.Response, StatusCodes.Status400BadRequest, ScoringErrors.InvalidArgument(malformed.Message));
        }
        catch (RpcException refused)
        {
            var error = JsonRefusal.ErrorOf(refused);
            await JsonRefusal.WriteAsync(context.Response, HttpStatusOf(error), error);
        }
        catch (Exception bad) when (BadBody.Caused(bad) && !context.Response.HasStarted)
        {
            // It came too slowly, for example. Kestrel closes the connection.
            var status = bad is BadHttpRequestException { StatusCode: var code } ? code : StatusCodes.Status400BadRequest;
            await JsonRefusal.WriteAsync(context.Response, status, ScoringErrors.InvalidArgument(bad.Message));
        }
        catch (Exception exception) when (exception is OperationCanceledException || ClientDisconnect.Caused(exception, context.RequestAborted))
        {
            // Its client has gone, or the time that the service has for its end is over.
        }
        catch (Exception exception) when (!BadBody.Caused(exception) && !context.Response.HasStarted)
        {
            failures.CallFailed(exception, context.Request.Path);
            await JsonRefusal.WriteAsync(
                context.Response, StatusCodes.Status500InternalServerError, ScoringErrors.Internal(
                    $"the service failed in this call: {exception.GetType().Name}"));
        }
    }

    /// <summary>The message is a feature of the call afterwards.</summary>
    private async Task TakeMessageAsync(HttpContext context)
    {
        var compression = CompressionOf(context.Request);
        var request = pool.RentRequest();
        var call = CallMemory.Of(context);
        call.Content = request;
        context.Features.Set(request);
        var body = new PooledArray<byte>(pool.Buffers);
        try
        {
            await ReadAsync(context, body);
            if (compression is not null || body.Count > LongMessages.BytesOfJson)
            {
                await call.Turns!.Next(context.RequestAborted);
            }

            var text = compression is null ? body.Span : Decompress(context, compression, body).Span;
            if (text.Length > CountedBody.FreeBytes)
            {
                Reserve(context, (long)text.Length * CopiesOfBody);
            }

            JsonRequest.Read(text, request);
        }
        finally
        {
            body.Release();
        }

        context.Request.Headers.ContentEncoding = default;
        context.Request.ContentType = "application/json";
        context.Request.ContentLength = Nothing.Length;
        context.Request.Body = new MemoryStream(Nothing, writable: false);
    }

    /// <summary>How large it was is known when it is there: until then it counts for what it may take.</summary>
    private ReadOnlyMemory<byte> Decompress(HttpContext context, MessageCompression compression, PooledArray<byte> body)
    {
        Reserve(context, MessageCompression.RoomToUnpack(body.Count, _limit));
        var text = compression.Decompress(new PooledStream(body));
        CallMemory.Of(context).ReleaseUnfinished();
        return text;
    }

    /// <summary>What the transcoding makes of the answer, in memory that is not pooled and in several copies, counts until the call ends.</summary>
    private static void Reserve(HttpContext context, long bytes)
    {
        var call = CallMemory.Of(context);
        var room = Math.Min(bytes, call.MostReserved);
        if (!call.TryReserve(room))
        {
            throw CallStatus.Refusal(call.Refusal(room));
        }
    }

    /// <summary>Reads until the body ends.</summary>
    /// <exception cref="RpcException">It is over the limit, or the server has no room for more of it.</exception>
    private async Task ReadAsync(HttpContext context, PooledArray<byte> body)
    {
        var told = context.Request.ContentLength ?? 0;
        if (told > _limit)
        {
            throw CallStatus.Refusal(ScoringErrors.Exhausted($"a body of {told} bytes; the limit is {_limit}", retryAfterMs: 0));
        }

        var held = CallMemory.Of(context);
        while (true)
        {
            if (!memory.HasRoom && !held.TryPass(Math.Max(told, body.Count + CountedBody.FreeBytes)))
            {
                throw CallStatus.Refusal(memory.Refusal());
            }

            var read = await held.Watch!.ReadAsync(context.Request.BodyReader, context.RequestAborted);
            var length = read.Buffer.Length;
            if (body.Count + length > _limit)
            {
                context.Request.BodyReader.AdvanceTo(read.Buffer.End);
                throw CallStatus.Refusal(
                    ScoringErrors.Exhausted($"a body of {body.Count + length} bytes or more; the limit is {_limit}", retryAfterMs: 0));
            }

            // What a client says that it will send takes no memory before a good part of it is here.
            var arrived = body.Count + length;
            read.Buffer.CopyTo(body.Append((int)length, arrived >= told / ShareOfBody ? (int)Math.Max(0, told - arrived) : 0));
            held.Hold(length);
            context.Request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                held.Watch!.HasMessage();
                // The room for what is made of it has that for the body in it.
                held.Release();
                return;
            }
        }
    }

    /// <summary>Null where the body is what it is.</summary>
    private MessageCompression? CompressionOf(HttpRequest request)
    {
        string? encoding = request.Headers.ContentEncoding;
        if (string.IsNullOrEmpty(encoding) || encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        // HTTP's names of codings have no case, and an old one (RFC 9110, 8.4.1).
        var name = encoding.Equals("x-gzip", StringComparison.OrdinalIgnoreCase) ? "gzip" : encoding;
        var compression = MessageCompression.All(_limit).FirstOrDefault(
            known => known.EncodingName.Equals(name, StringComparison.OrdinalIgnoreCase));
        return compression ?? throw CallStatus.Refusal(new Error
        {
            Code = (uint)StatusCode.Unimplemented,
            Message = $"content-encoding is '{Quoted.Text(encoding)}'; this service knows "
                + $"{string.Join(" and ", MessageCompression.All(_limit).Select(known => known.EncodingName))}",
        });
    }

    private static int HttpStatusOf(Error error) => (StatusCode)error.Code switch
    {
        StatusCode.InvalidArgument => StatusCodes.Status400BadRequest,
        StatusCode.Unimplemented => StatusCodes.Status415UnsupportedMediaType,
        StatusCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
        StatusCode.ResourceExhausted => error.RetryAfterMs > 0 ? StatusCodes.Status429TooManyRequests : StatusCodes.Status413PayloadTooLarge,
        _ => StatusCodes.Status500InternalServerError,
    };
}
