using Grpc.Core;
using Scoring.Service.Calls;
using Scoring.Service.Connections;
using Scoring.Service.Memory;
using Scoring.Service.Security;
using Scoring.Service.Settings;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Streaming;

/// <summary>
/// Answers that may be large where their questions are small: what there are of heads and labels. They are made one or two at a time, where on the
/// pool's threads a burst of such questions would keep all streams waiting.
/// </summary>
internal sealed class LargeAnswers : IDisposable
{
    /// <summary>What is made where it is asked for, in a tenth of a millisecond or so.</summary>
    private const long MostAtOnce = 64 << 10;

    private readonly Callers _callers;
    private readonly HeldMemory _held;
    private readonly ConnectionCutter _cutter;

    /// <summary>Where those are made that need room, which whoever does not read keeps from them.</summary>
    private readonly TurnThreads _withRoom;

    /// <summary>The call whose turn it is there, of which only that thread knows.</summary>
    private CallMemory? _current;

    public LargeAnswers(Callers callers, HeldMemory held, ConnectionCutter cutter, FailureLog failures)
    {
        (_callers, _held, _cutter) = (callers, held, cutter);
        Thread = new TurnThreads("scoring large answers", count: 1, failures);
        _withRoom = new TurnThreads("scoring larger answers", count: 1, failures, EndTurn);
    }

    /// <summary>Where those are made that need no room.</summary>
    public TurnThreads Thread { get; }

    /// <summary>
    /// Waits for the turn of a call whose answer takes about so many bytes while it is made, and takes room for it. What follows is on the thread,
    /// with all that gRPC does, until it waits for something: then the transport has the answer, and counts it. So those who do not read theirs
    /// keep nobody waiting; what they leave is in the way only of themselves, and has their connections cut.
    /// </summary>
    /// <exception cref="RpcException">The client is gone.</exception>
    public async ValueTask BeginAsync(long bytes, ServerCallContext context)
    {
        if (bytes <= MostAtOnce)
        {
            return;
        }

        try
        {
            var http = context.GetHttpContext();
            if (bytes <= LimitSettings.ResponseBufferBytes)
            {
                await Thread.TurnOf(_callers.HolderOf(http), context.CancellationToken);
            }
            else
            {
                await _withRoom.TurnOf(_callers.HolderOf(http), context.CancellationToken);
                _current = CallMemory.Of(http);
                // Here, and not in the queue for room: there a burst would be ahead of everybody's messages.
                _current.HoldUnpooledAnswerAsync(bytes, context.CancellationToken).AsTask().GetAwaiter().GetResult();
            }

            if (RequestBody.CountedOf(http) is null)
            {
                // The transcoding to JSON has it whole, and the transport only as much at a time as its client reads.
                var unpooled = new UnpooledMemory(_held, _cutter, RequestBody.ConnectionOf(http).Memory);
                http.Response.RegisterForDispose(unpooled);
                unpooled.Add(bytes);
            }
        }
        catch (Exception exception) when (ClientDisconnect.Caused(exception, context.CancellationToken))
        {
            // Nobody is there to be told, and nothing is wrong with the service.
            throw new RpcException(new Status(StatusCode.Cancelled, "the client is gone"));
        }
    }

    public void Dispose()
    {
        Thread.Dispose();
        _withRoom.Dispose();
    }

    private void EndTurn()
    {
        _current?.ReleaseAnswers();
        _current = null;
    }
}
