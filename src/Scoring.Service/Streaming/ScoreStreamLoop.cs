using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Grpc.Core;
using Scoring.Protocol;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Streaming;

/// <summary>
/// One ScoreStream call, from its first message to its last.
///
/// 1. HTTP/2 DATA frames arrive in the request pipe, which is Kestrel's.
/// 2. <see cref="ScoreRequestCodec"/> walks the protobuf fields there, and copies the logits once, into a rented, 64-byte-aligned
///    buffer. From here on the stream owns the message.
/// 3. Every message that has arrived already joins the <see cref="RowBatch"/>, up to the batch's limits. Nothing waits for more.
/// 4. The heads' kernels run over the batch, in place.
/// 5. The answers are written in order from the same buffers; all but the last say that more follows, so that one flush
///    carries the batch. The flush waits while the client does not read, and so does everything before it.
/// 6. The buffers go back to the pool.
///
/// One task runs all of it, so there is one reader and one writer. What a stream holds is bounded by its batch, and by the one
/// message that may be read while the batch is being answered.
/// </summary>
internal sealed class ScoreStreamLoop(
    RowBatch batch,
    ServerMemory memory,
    MessageInbox inbox,
    IAsyncStreamReader<PooledScoreRequest> requests,
    IServerStreamWriter<PooledScoreResponse> responses,
    PipeWriter body)
{
    /// <summary>The read that is under way, or whose message nobody has taken yet; null where there is none.</summary>
    private Task<bool>? _reading;

    /// <param name="gone">Cancelled when the client has cancelled, is no longer there, or its deadline has passed.</param>
    /// <param name="stopping">Cancelled when the service stops: the stream then ends once what was read is answered.</param>
    public async Task RunAsync(CancellationToken gone, CancellationToken stopping)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        try
        {
            while (await ReadAsync(stop.Token))
            {
                if (GatherWhatHasArrived(stop.Token))
                {
                    await AnswerAsync();
                }
            }
        }
        catch (Exception exception) when (exception is IOException || gone.IsCancellationRequested)
        {
            // Nobody is there to be told, and nothing is wrong with the service.
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "the service is shutting down; resend what was not answered"));
        }
        finally
        {
            await stop.CancelAsync();
            batch.Dispose();
            // A read that is still under way would deliver into a call that has ended.
            await ((Task?)_reading ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Waits for a message, which is then in the batch; false at the end of the stream.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> ReadAsync(CancellationToken stop)
    {
        if (_reading is null)
        {
            await memory.WaitForRoomAsync(stop);
            _reading = requests.MoveNext(stop);
        }

        return await _reading && Take();
    }

    /// <summary>Moves what is here already into the batch. True: there is something to answer.</summary>
    private bool GatherWhatHasArrived(CancellationToken stop)
    {
        while (!batch.IsFull && memory.HasRoom)
        {
            _reading = requests.MoveNext(stop);
            if (!_reading.IsCompletedSuccessfully || !_reading.Result)
            {
                break;
            }

            Take();
        }

        return batch.Messages > 0;
    }

    private bool Take()
    {
        _reading = null;
        batch.Add(inbox.Take());
        return true;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AnswerAsync()
    {
        using var activity = ScoringActivities.StartBatch(batch.Messages, batch.Rows, batch.Bytes);
        batch.Score();
        await batch.WriteAsync(responses, body);
    }
}
