using System.Buffers;
using System.IO.Pipelines;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;

namespace Scoring.Service.Calls;

/// <summary>
/// What calls end with that gRPC itself ends: it knows neither sizes nor settings, and says UNKNOWN of whatever was thrown, wherever it was: reading
/// a message, in a method, or writing the answer. The status is not on the wire yet when the call comes back from there.
/// </summary>
internal static class ThrownStatus
{
    /// <summary>What gRPC says of a message that is over its limit.</summary>
    private const string TooLarge = "Received message exceeds the maximum configured message size.";

    /// <summary>Puts a better status in the place of gRPC's own, where there is one. gRPC has logged what was thrown.</summary>
    /// <param name="http">The call.</param>
    /// <param name="maxMessageBytes">The limit of its messages.</param>
    public static ValueTask MendAsync(HttpContext http, int maxMessageBytes) =>
        http.Features.Get<IServerCallContextFeature>()?.ServerCallContext.Status is
        {
            StatusCode: StatusCode.Unknown
            or StatusCode.ResourceExhausted
        } status
            ? MendAsync(http, status, maxMessageBytes)
            : ValueTask.CompletedTask;

    private static async ValueTask MendAsync(HttpContext http, Status status, int maxMessageBytes)
    {
        Status better;
        if (status.Detail == TooLarge)
        {
            better = new Status(StatusCode.ResourceExhausted, await LengthOfAsync(http.Request.BodyReader) is { } length
                ? $"a message of {length} bytes; the limit is {maxMessageBytes}"
                : $"a message of over {maxMessageBytes} bytes, which is the limit");
        }
        else if (status is { StatusCode: StatusCode.Unknown, DebugException: { } thrown })
        {
            better = Of(thrown);
        }
        else
        {
            return;
        }

        var destination = http.Response.HasStarted ? http.Features.Get<IHttpResponseTrailersFeature>()?.Trailers : http.Response.Headers;
        // Where the deadline has passed, or for JSON, what is told is on the wire.
        if (destination is { IsReadOnly: false } && destination.ContainsKey(CallStatus.Code))
        {
            CallStatus.Write(destination, better);
        }
    }

    private static Status Of(Exception thrown) => thrown switch
    {
        OutOfMemoryException => new Status(StatusCode.ResourceExhausted, "the server has no memory for this call"),
        // The framing is wrong.
        InvalidDataException framing => new Status(StatusCode.Internal, framing.Message),
        _ when BadBody.Caused(thrown) => BadBody.StatusOf(thrown),
        _ => new Status(StatusCode.Internal, $"the service failed in this call: {thrown.GetType().Name}"),
    };

    /// <summary>
    /// What the message's first bytes say, which are still there, because only a look at them was taken.
    /// </summary>
    private static async ValueTask<uint?> LengthOfAsync(PipeReader body)
    {
        // Otherwise the read would wait for more than is there.
        body.CancelPendingRead();
        var read = await body.ReadAsync();
        uint? length = read.Buffer.Length < FrameHeader.Bytes ? null : FrameHeader.Read(read.Buffer.Slice(0, FrameHeader.Bytes).ToArray()).Length;
        body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        return length;
    }
}
