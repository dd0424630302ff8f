using System.Runtime;
using Grpc.Core;
using Scoring.V1;

namespace Scoring.Benchmarks.Service;

/// <summary>
/// The same RPCs as most would write them: generated messages, <c>await foreach</c>, a <see cref="PlainSoftmax"/>. It is what the service is
/// measured against.
/// </summary>
internal sealed class PlainService(PlainSoftmax softmax) : ScoringService.ScoringServiceBase
{
    public override Task<ScoreResponse> Score(ScoreRequest request, ServerCallContext context) => Task.FromResult(Score(request));

    public override async Task ScoreStream(
        IAsyncStreamReader<ScoreRequest> requestStream, IServerStreamWriter<ScoreResponse> responseStream, ServerCallContext context)
    {
        await foreach (var request in requestStream.ReadAllAsync())
        {
            await responseStream.WriteAsync(Score(request));
        }
    }

    public override Task<ListHeadsResponse> ListHeads(ListHeadsRequest request, ServerCallContext context) => Task.FromResult(new ListHeadsResponse
    {
        Usage = new Usage
        {
            CpuNs = (ulong)Environment.CpuUsage.TotalTime.Ticks * TimeSpan.NanosecondsPerTick,
            AllocatedBytes = (ulong)GC.GetTotalAllocatedBytes(),
            ResidentBytes = (ulong)Environment.WorkingSet,
            CompiledMethods = (ulong)JitInfo.GetCompiledMethodCount(),
        },
    });

    private ScoreResponse Score(ScoreRequest request)
    {
        var classes = (int)request.Classes;
        var logits = request.Logits.ToArray();
        softmax(logits, classes, logits);
        var response = new ScoreResponse { Id = request.Id, Rows = (uint)(logits.Length / classes), Classes = request.Classes };
        response.Scores.AddRange(logits);
        return response;
    }
}
