using System.Runtime;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Scoring.Protocol;
using Scoring.Service.Evaluation;
using Scoring.Service.Heads;
using Scoring.Service.Hosting;
using Scoring.Service.Streaming;
using Scoring.Service.Telemetry;
using Scoring.V1;

namespace Scoring.Service;

/// <summary>The RPCs of <c>scoring.v1.ScoringService</c>.</summary>
internal sealed class ScoringEndpoint(
    MessagePool pool,
    RequestChecker checker,
    ServerMemory memory,
    HeadRegistry heads,
    IOptions<LimitSettings> limits,
    IOptions<BatchSettings> batchSettings,
    IOptions<EvaluationSettings> evaluation,
    OpenStreams streams,
    TelemetryFactory telemetry,
    FailureLog failures,
    TimeProvider time)
{
    /// <summary>How long a unary call that found no room is told to wait, in milliseconds.</summary>
    private const uint RetryAfterMs = 100;

    public async Task<PooledScoreResponse> Score(PooledScoreRequest request, ServerCallContext context)
    {
        // One message is a batch of one. Its memory is the call's until the answer is on the wire.
        var batch = new RowBatch(batchSettings.Value, checker, pool, time, failures);
        var http = context.GetHttpContext();
        var told = telemetry.IsHeard ? telemetry.Create(batch) : null;
        if (told is not null)
        {
            // What is registered last goes first: the batch's clock has stopped by then.
            http.Response.RegisterForDispose(told);
        }

        http.Response.RegisterForDispose(batch);
        batch.Begin();
        var response = batch.Add(MessageInbox.Current.Take());
        if (!memory.HasRoom)
        {
            response.Error = ScoringErrors.Exhausted(
                $"the messages in flight hold {pool.Buffers.RentedBytes} bytes; the limit is {limits.Value.ServerBytes}", RetryAfterMs);
        }

        batch.Close();
        told?.Start();
        batch.Score();
        told?.Note();
        batch.HandOver();
        if (response.Error is { } error)
        {
            throw new RpcException(
                new Status((StatusCode)error.Code, error.Message), new Metadata { { ScoringMethods.ErrorTrailer, error.ToByteArray() } });
        }

        return response;
    }

    public Task ScoreStream(ServerCallContext context)
    {
        var http = context.GetHttpContext();
        streams.Add(http.Response);
        var batch = new RowBatch(batchSettings.Value, checker, pool, time, failures);
        var compression = new MessageCompression(http.Request.Headers[MessageCompression.Header]);
        var requests = new RequestFrames(http.Request.BodyReader, pool, compression, limits.Value.MessageBytes);
        var responses = new ResponseFrames(http.Response.BodyWriter);
        return new ScoreStreamLoop(batch, telemetry.Create(batch), memory, requests, responses, failures).RunAsync(context.CancellationToken, streams.Stopping);
    }

    public Task<ListHeadsResponse> ListHeads(ListHeadsRequest request, ServerCallContext context)
    {
        var limit = limits.Value;
        var answer = new ListHeadsResponse
        {
            Limits = new Limits
            {
                MessageBytes = (uint)limit.MessageBytes,
                Rows = (uint)limit.Rows,
                Classes = (uint)limit.Classes,
                TopK = (uint)limit.TopK,
                // A batch is closed by the message that fills it, and one more may be read while it is answered.
                StreamBytes = (ulong)batchSettings.Value.Bytes + (2 * (ulong)limit.MessageBytes),
                ServerBytes = (ulong)limit.ServerBytes,
                StreamsPerConnection = (uint)limit.StreamsPerConnection,
                EvaluationClasses = (uint)evaluation.Value.Classes,
                EvaluationCalls = (uint)evaluation.Value.Calls,
                CalibrationBytes = (ulong)evaluation.Value.CalibrationBytes,
            },
            Usage = new Usage
            {
                CpuNs = (ulong)Environment.CpuUsage.TotalTime.Ticks * TimeSpan.NanosecondsPerTick,
                AllocatedBytes = (ulong)GC.GetTotalAllocatedBytes(),
                ResidentBytes = (ulong)Environment.WorkingSet,
                RentedBytes = (ulong)pool.Buffers.RentedBytes,
                CompiledMethods = (ulong)JitInfo.GetCompiledMethodCount(),
            },
        };
        answer.Heads.AddRange(heads.Current.All.Select(head => head.ToMessage()));
        return Task.FromResult(answer);
    }
}
