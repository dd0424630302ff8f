using Grpc.Core;
using Microsoft.Extensions.Options;
using Scoring.Protocol;
using Scoring.Service.Connections;
using Scoring.Service.Hosting;
using Scoring.Service.Security;
using Scoring.Service.Streaming;
using Scoring.V1;

namespace Scoring.Service.Evaluation;

/// <summary>The RPCs of <c>scoring.v1.ScoringService</c> that measure.</summary>
internal sealed class EvaluationEndpoint(
    MessagePool pool,
    Callers callers,
    EvaluationChecker checker,
    ServerMemory memory,
    CalibrationMemory calibrationMemory,
    EvaluationCalls calls,
    IOptions<EvaluationSettings> settings,
    IOptions<LimitSettings> limits,
    OpenStreams streams,
    TimeProvider time)
{
    public Task<EvaluateResponse> Evaluate(IAsyncStreamReader<PooledScoreRequest> requests, ServerCallContext context) => RunAsync(
        requests,
        context,
        async (stream, stop) =>
        {
            Evaluator? evaluator = null;
            await stream.ReadAllAsync(
                (plan, rows) =>
                {
                    evaluator ??= Evaluator.For(plan, settings.Value);
                    return evaluator.Add(rows.Logits.Span, rows.Targets.Span) is { } invalid ? ScoringErrors.NonFinite(invalid, plan.Head) : null;
                },
                stop);
            return evaluator!.ToResponse();
        });

    public Task<CalibrateResponse> Calibrate(IAsyncStreamReader<PooledScoreRequest> requests, ServerCallContext context) => RunAsync(
        requests,
        context,
        async (stream, stop) =>
        {
            using var calibration = new Calibration(settings.Value, calibrationMemory);
            var plan = await stream.ReadAllAsync(calibration.Add, stop);
            return calibration.Finish(plan, stop);
        });

    private async Task<T> RunAsync<T>(
        IAsyncStreamReader<PooledScoreRequest> requests, ServerCallContext context, Func<EvaluationStream, CancellationToken, Task<T>> run)
    {
        var http = context.GetHttpContext();
        streams.Add(http.Response);
        calls.Enter();
        await using var watch = new StreamWatch(limits.Value, http, time);
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, streams.Ending, watch.Ending);
            return await run(new EvaluationStream(requests, callers.Of(context), checker, memory, watch, pool, time), stop.Token);
        }
        catch (OperationCanceledException) when (watch.Reason is not null)
        {
            throw watch.Reason;
        }
        catch (Exception exception) when (exception is IOException || context.CancellationToken.IsCancellationRequested)
        {
            // Nobody is there to be told, and nothing is wrong with the service.
            throw new RpcException(new Status(StatusCode.Cancelled, "the client is gone"));
        }
        catch (OperationCanceledException) when (streams.Ending.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "the service is shutting down; send the whole stream again"));
        }
        finally
        {
            calls.Leave();
        }
    }
}
