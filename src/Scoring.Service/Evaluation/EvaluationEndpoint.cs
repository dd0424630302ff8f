using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Scoring.Protocol;
using Scoring.Service.Calls;
using Scoring.Service.Connections;
using Scoring.Service.Memory;
using Scoring.Service.Security;
using Scoring.Service.Settings;
using Scoring.Service.Streaming;
using Scoring.V1;

namespace Scoring.Service.Evaluation;

/// <summary>The RPCs of <c>scoring.v1.ScoringService</c> that measure.</summary>
internal sealed class EvaluationEndpoint(
    MessagePool pool,
    Callers callers,
    EvaluationChecker checker,
    StreamWatches watches,
    CalibrationMemory calibrationMemory,
    HeldMemory held,
    ConnectionCutter cutter,
    EvaluationCalls calls,
    LongWork work,
    IOptions<EvaluationSettings> settings,
    IOptions<LimitSettings> limits,
    OpenStreams streams,
    TimeProvider time)
{
    /// <summary>The message, of which a count takes several times its bytes on the wire, and those bytes.</summary>
    private const int CopiesOfAnswer = 6;

    /// <summary>What is measured with so little is done with it in a millisecond or so, and need not wait for what takes seconds.</summary>
    private const long MostAtOnce = 512 << 10;

    public Task<EvaluateResponse> Evaluate(IAsyncStreamReader<PooledScoreRequest> requests, ServerCallContext context) => RunAsync(
        requests,
        context,
        async (stream, measured, stop) =>
        {
            var evaluation = new EvaluationRun(settings.Value, measured);
            var plan = await stream.ReadAllAsync((plan, rows) => evaluation.Add(plan, rows.Logits.Span, rows.Targets.Span), stop);
            return measured.Bytes <= MostAtOnce
                ? evaluation.Finish(plan)
                : await work.RunAsync(() => evaluation.Finish(plan), callers.HolderOf(context.GetHttpContext()), stop);
        });

    public Task<CalibrateResponse> Calibrate(IAsyncStreamReader<PooledScoreRequest> requests, ServerCallContext context) => RunAsync(
        requests,
        context,
        async (stream, measured, stop) =>
        {
            using var calibration = new Calibration(settings.Value, measured, calibrationMemory, callers.HolderOf(context.GetHttpContext()));
            var plan = await stream.ReadAllAsync(calibration.Add, stop);
            return await work.RunAsync(() => calibration.Finish(plan, stop), callers.HolderOf(context.GetHttpContext()), stop);
        });

    private async Task<T> RunAsync<T>(
        IAsyncStreamReader<PooledScoreRequest> requests, ServerCallContext context,
        Func<EvaluationStream, UnpooledMemory, CancellationToken, Task<T>> run)
        where T : IMessage
    {
        var http = context.GetHttpContext();
        streams.Add(http.Response);
        var holder = callers.HolderOf(context.GetHttpContext());
        var memory = CallMemory.Of(http);
        var watch = watches.Create(http, memory, isStream: true);
        // Until the answer is read, which may be large.
        http.Response.RegisterForDisposeAsync(watch);
        using var idle = new EvaluationIdle(settings, time);
        using var aged = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        var connection = http.Features.GetRequiredFeature<OpenConnection>();
        using var measured = new UnpooledMemory(held, cutter, connection.Memory);
        using var age = connection.Ending.Register(() => EndLater(aged));
        calls.Enter(holder);
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(
                [context.CancellationToken, streams.Ending, watch.Ending, idle.Over, aged.Token]);
            var answer = await run(
                new EvaluationStream(requests, callers.Of(context), checker, memory, watch, idle, pool, time), measured, stop.Token);
            await memory.HoldUnpooledAnswerAsync(CopiesOfAnswer * (long)answer.CalculateSize(), stop.Token);
            return answer;
        }
        catch (OperationCanceledException) when (watch.Reason is not null)
        {
            throw watch.Reason;
        }
        catch (Exception exception) when (BadBody.Caused(exception))
        {
            throw new RpcException(BadBody.StatusOf(exception));
        }
        catch (Exception exception) when (ClientDisconnect.Caused(exception, context.CancellationToken))
        {
            // Nobody is there to be told, and nothing is wrong with the service.
            throw new RpcException(new Status(StatusCode.Cancelled, "the client is gone"));
        }
        catch (OperationCanceledException) when (streams.Ending.IsCancellationRequested)
        {
            throw Unavailable("the service is shutting down");
        }
        catch (OperationCanceledException) when (idle.Over.IsCancellationRequested)
        {
            throw Unavailable($"no message came whole in {settings.Value.IdleMs} ms, which is the limit Scoring:Evaluation:IdleMs");
        }
        catch (OperationCanceledException) when (aged.IsCancellationRequested)
        {
            throw Unavailable("the connection is twice as old as Scoring:Limits:ConnectionAgeMs allows");
        }
        finally
        {
            calls.Leave(holder);
        }
    }

    private static RpcException Unavailable(string why) => new(new Status(StatusCode.Unavailable, $"{why}; send the whole stream again"));

    /// <summary>
    /// Nothing of a call can be taken to another connection. So one that is under way when its own reaches its age may go on, for as long again: a
    /// call that begins with its connection has all of that time, and none holds on to a server for longer than twice.
    /// </summary>
    private void EndLater(CancellationTokenSource aged)
    {
        if (limits.Value.ConnectionAgeMs > 0)
        {
            aged.CancelAfter(limits.Value.ConnectionAgeMs);
        }
    }
}
