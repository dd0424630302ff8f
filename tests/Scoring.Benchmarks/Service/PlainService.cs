using System.Numerics.Tensors;
using System.Runtime;
using Grpc.Core;
using Scoring.V1;

namespace Scoring.Benchmarks.Service;

/// <summary>
/// The same RPCs as most would write them: generated messages, <c>await foreach</c>, a softmax from System.Numerics.Tensors made safe by
/// subtracting the maximum. It is what the service is measured against.
/// </summary>
internal sealed class PlainService : ScoringService.ScoringServiceBase
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

    private static ScoreResponse Score(ScoreRequest request)
    {
        var classes = (int)request.Classes;
        var logits = request.Logits.ToArray();
        for (var start = 0; start < logits.Length; start += classes)
        {
            var row = logits.AsSpan(start, classes);
            TensorPrimitives.Subtract(row, TensorPrimitives.Max<float>(row), row);
            TensorPrimitives.SoftMax(row, row);
        }

        var response = new ScoreResponse { Id = request.Id, Rows = (uint)(logits.Length / classes), Classes = request.Classes };
        response.Scores.AddRange(logits);
        return response;
    }
}
