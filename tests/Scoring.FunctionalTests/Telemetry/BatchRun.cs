using System.IO.Pipelines;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Service.Memory;
using Scoring.Service.Security;
using Scoring.Service.Settings;
using Scoring.Service.Streaming;
using Scoring.Service.Telemetry;

namespace Scoring.FunctionalTests.Telemetry;

/// <summary>Batches of a server's own making, without a connection: what a stream does with its messages, told to its telemetry.</summary>
internal sealed class BatchRun : IDisposable
{
    private readonly ScoringServer _server;
    private readonly RowBatch _batch;
    private readonly BatchTelemetry _telemetry;
    private readonly CallMemory _memory;
    private readonly Pipe _sent = new();
    private readonly ResponseFrames _responses;

    public BatchRun(ScoringServer server, TimeProvider? clock = null)
    {
        _server = server;
        var services = server.Services;
        var time = clock ?? services.GetRequiredService<TimeProvider>();
        _batch = new RowBatch(
            services.GetRequiredService<IOptions<BatchSettings>>().Value,
            ScoreMessageCodec.Instance,
            server.Planner,
            Caller.Anyone,
            server.Pool,
            time,
            services.GetRequiredService<FailureLog>());
        _telemetry = ActivatorUtilities.CreateInstance<TelemetryFactory>(services, time).Create(_batch);
        _memory = new CallMemory(services.GetRequiredService<ServerMemory>(), new ConnectionMemory(long.MaxValue), waits: true);
        _responses = new ResponseFrames(_sent.Writer, ScoreMessageCodec.Instance);
    }

    /// <summary>Scores a batch of one-row messages, each with the next of the trace contexts.</summary>
    public void Score(int messages, string head = "softmax", params string[] traceparents)
    {
        _batch.Begin();
        for (var i = 0; i < messages; i++)
        {
            var request = _server.Pool.RentRequest();
            request.Id = (ulong)i;
            request.Head = head;
            request.Classes = 3;
            request.Traceparent = traceparents.Length == 0 ? string.Empty : traceparents[i % traceparents.Length];
            var logits = request.Logits.Allocate(3);
            (logits[0], logits[1], logits[2]) = (1, 2, 3);
            _batch.Add(request);
        }

        _batch.Score(_memory, _telemetry);
        var writing = _batch.WriteAsync(_responses);
        Assert.True(writing.IsCompletedSuccessfully);
        _telemetry.Stop(isAnswered: true);
        _memory.Release();
        Assert.True(_sent.Reader.TryRead(out var answers));
        _sent.Reader.AdvanceTo(answers.Buffer.End);
    }

    public void Dispose() => _batch.Dispose();
}
