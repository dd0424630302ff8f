using Scoring.Service.Connections;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Scoring.Protocol;
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
    OpenStreams streams,
    TimeProvider time)
{
    public Task<EvaluateResponse> Evaluate(IAsyncStreamReader<EvaluateRequest> requests, ServerCallContext context) => RunAsync(
        context,
        async stop =>
        {
            Evaluator? evaluator = null;
            await Stream(requests, context).ReadAllAsync(
                (plan, rows) =>
                {
                    evaluator ??= Evaluator.For(plan, settings.Value);
                    return evaluator.Add(rows.Logits.Span, rows.Targets.Span) is { } invalid ? ScoringErrors.NonFinite(invalid, plan.Head) : null;
                },
                stop);
            return evaluator!.ToResponse();
        });

    public Task<CalibrateResponse> Calibrate(IAsyncStreamReader<EvaluateRequest> requests, ServerCallContext context) => RunAsync(
        context,
        async stop =>
        {
            using var calibration = new Calibration(settings.Value, calibrationMemory);
            var plan = await Stream(requests, context).ReadAllAsync(calibration.Add, stop);
            return calibration.Finish(plan, stop);
        });

    private EvaluationStream Stream(IAsyncStreamReader<EvaluateRequest> requests, ServerCallContext context) =>
        new(requests, callers.Of(context), checker, memory, pool, time);

    private async Task<T> RunAsync<T>(ServerCallContext context, Func<CancellationToken, Task<T>> run)
    {
        streams.Add(context.GetHttpContext().Response);
        calls.Enter();
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, streams.Ending);
            return await run(stop.Token);
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
