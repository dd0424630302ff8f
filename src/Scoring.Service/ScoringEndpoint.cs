using System.Runtime;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Scoring.Heads;
using Scoring.Protocol;
using Scoring.Service.Calls;
using Scoring.Service.Evaluation;
using Scoring.Service.Heads;
using Scoring.Service.Memory;
using Scoring.Service.Security;
using Scoring.Service.Settings;
using Scoring.Service.Streaming;
using Scoring.V1;

namespace Scoring.Service;

/// <summary>The RPCs of <c>scoring.v1.ScoringService</c>.</summary>
internal sealed class ScoringEndpoint(
    MessageCalls calls,
    RequestPlanner planner,
    Callers callers,
    MessagePool pool,
    HeadRegistry heads,
    LargeAnswers largeAnswers,
    HeldMemory held,
    IOptions<LimitSettings> limits,
    IOptions<BatchSettings> batchSettings,
    IOptions<EvaluationSettings> evaluation)
{
    public async Task<PooledScoreResponse> Score(PooledScoreRequest request, ServerCallContext context)
    {
        var response = await calls.ScoreAsync(request, ScoreMessageCodec.Instance, context);
        return response.Error is null ? response : throw CallStatus.Refusal(response.Error);
    }

    public Task ScoreStream(ServerCallContext context) => calls.ScoreStream(context, ScoreMessageCodec.Instance);

    public async Task<ListHeadsResponse> ListHeads(ListHeadsRequest request, ServerCallContext context)
    {
        var limit = limits.Value;
        var caller = callers.Admit(context);
        IReadOnlyList<HeadDefinition> asked = request.Heads.Count == 0
            ? caller.HeadsOf(heads.Current)
            : [.. request.Heads.Distinct().Select(name => Find(name, caller))];
        await largeAnswers.BeginAsync(asked.Sum(head => head.MessageBytes(request.WithClasses)), context);
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
                EvaluationCallsPerCaller = (uint)evaluation.Value.CallsPerCaller,
                EvaluationIdleMs = (uint)evaluation.Value.IdleMs,
                CalibrationBytesPerCaller = (ulong)evaluation.Value.CalibrationBytesPerCaller,
                MessagesPerSecond = caller.Limit?.MessagesPerSecond ?? 0,
                RowsPerSecond = caller.Limit?.RowsPerSecond ?? 0,
                Connections = (uint)limit.Connections,
                ConnectionAgeMs = (uint)limit.ConnectionAgeMs,
                FirstMessageMs = (uint)limit.FirstMessageMs,
                StreamIdleMs = (uint)limit.StreamIdleMs,
                SlowReaderMs = (uint)limit.SlowReaderMs,
                ConnectionBytes = (ulong)limit.ConnectionBytes,
                BufferBytes = (ulong)held.Limit,
                CrowdedMs = (uint)limit.CrowdedMs,
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
        answer.Heads.AddRange(asked.Select(head => head.ToMessage(request.WithClasses)));
        return answer;
    }

    private HeadDefinition Find(string name, Caller caller) =>
        planner.FindHead(name, caller, out var head) is { } error ? throw CallStatus.Refusal(error) : head;
}
