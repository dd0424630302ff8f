using System.Runtime.CompilerServices;
using Grpc.Core;
using Scoring.Protocol;
using Scoring.Service.Calls;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Streaming;

/// <summary>
/// One ScoreStream call, from its first message to its last.
///
/// 1. HTTP/2 DATA frames arrive in the request pipe, which is Kestrel's.
/// 2. <see cref="RequestFrames"/> finds the messages there, and <see cref="ScoreRequestCodec"/> walks the fields of each and copies the
///    logits once, into a rented, 64-byte-aligned buffer. From here on the stream owns the message.
/// 3. Every message that has arrived already joins the <see cref="RowBatch"/>, up to the batch's limits. Nothing waits for more.
/// 4. The heads' kernels run over the batch, in place. What takes long is unpacked and scored at its caller's turn: <see cref="LongMessages"/>.
/// 5. <see cref="ResponseFrames"/> writes the answers in order from the same buffers into the response pipe, and one flush carries the
///    batch. It waits while the client does not read, and so does everything before it.
/// 6. The buffers go back to the pool, and <see cref="BatchTelemetry"/> tells whoever listens where the time went.
///
/// One task runs all of it, so there is one reader and one writer, and nothing is read while a batch is answered: what a stream holds is
/// bounded by its batch. gRPC's own part is what surrounds the messages: the call's headers, deadline, cancellation, status and metrics.
/// </summary>
internal sealed class ScoreStreamLoop(
    RowBatch batch, BatchTelemetry? telemetry, CallMemory memory, RequestFrames requests, ResponseFrames responses, StreamWatch watch,
    FailureLog failures)
{
    /// <summary>How much a batch gathers between two looks at the memory of the connection and the server.</summary>
    private const int BytesBetweenLooks = 64 << 10;

    /// <param name="gone">Cancelled when the client has cancelled, is no longer there, or its deadline has passed.</param>
    /// <param name="serviceEnds">Cancelled when the service is to end: the stream then ends once what was read is answered.</param>
    /// <param name="connectionEnds">Cancelled when the connection is to end, to the same effect.</param>
    public async Task RunAsync(CancellationToken gone, CancellationToken serviceEnds, CancellationToken connectionEnds)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(gone, serviceEnds, connectionEnds, watch.Ending);
        try
        {
            while (await WaitAsync(end.Token))
            {
                if (memory.Turns is { } turns && turns.AreNeeded(isLong: false))
                {
                    await turns.Next(end.Token);
                }

                var broken = GatherWhatHasArrived();
                if (batch.Messages.Length > 0)
                {
                    watch.HasMessage();
                    await AnswerAsync(gone);
                }
                else
                {
                    memory.Release();
                }

                if (broken is not null)
                {
                    failures.StreamBroken(broken.Status);
                    throw broken;
                }

                await (memory.Turns?.LeaveAsync() ?? ValueTask.CompletedTask);
            }
        }
        catch (OutOfMemoryException exception)
        {
            failures.OutOfMemory(exception);
            throw new RpcException(new Status(StatusCode.Unavailable, "the server has no memory for the message; send again what was not answered"));
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException && watch.Reason is not null)
        {
            failures.StreamBroken(watch.Reason.Status);
            throw watch.Reason;
        }
        catch (Exception exception) when (BadBody.Caused(exception))
        {
            var bad = BadBody.StatusOf(exception);
            failures.StreamBroken(bad);
            throw new RpcException(bad);
        }
        catch (Exception exception) when (ClientDisconnect.Caused(exception, gone))
        {
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "this connection ends; make another, and send again what was not answered"));
        }
        catch (OperationCanceledException)
        {
            // The transport's: the call has come to its end, as where its deadline has passed.
        }
        finally
        {
            batch.Dispose();
            await watch.DisposeAsync();
        }
    }

    /// <summary>Waits for bytes, and then for room: a stream of which nothing came keeps nobody out. False at the end of the stream.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> WaitAsync(CancellationToken end)
    {
        watch.WaitsForMessage();
        if (!await requests.WaitAsync(end))
        {
            return false;
        }

        await memory.WaitForRoomAsync(end);
        return true;
    }

    /// <summary>
    /// Moves what is here already into the batch. Where the bytes turn out to be no message, what the stream ends with, once those before it are
    /// answered.
    /// </summary>
    private RpcException? GatherWhatHasArrived()
    {
        try
        {
            batch.Begin();
            long nextLook = BytesBetweenLooks;
            while (!batch.IsFull && requests.TryTake() is { } request)
            {
                batch.Add(request);
                if (batch.Bytes >= nextLook)
                {
                    nextLook += BytesBetweenLooks;
                    if (!memory.HasRoom)
                    {
                        break;
                    }
                }
            }

            requests.Pause();
            return null;
        }
        catch (RpcException broken)
        {
            // On HTTP/1.1 the transport reads what is left, for the sake of the next call.
            requests.Pause();
            return broken;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AnswerAsync(CancellationToken gone)
    {
        var isAnswered = false;
        try
        {
            if (batch.IsLarge)
            {
                batch.Close();
                watch.Rests();
                await memory.HoldAnswersAsync(batch.AnswerBytes(), gone);
            }

            if (memory.Turns is { } turns && turns.AreNeeded(batch.IsLong))
            {
                batch.Close();
                watch.Rests();
                await turns.Next(gone);
            }

            batch.Score(memory, telemetry);
            watch.WaitsForReader();
            await batch.WriteAsync(responses);
            isAnswered = true;
        }
        finally
        {
            telemetry?.Stop(isAnswered);
            memory.Release();
        }
    }
}
