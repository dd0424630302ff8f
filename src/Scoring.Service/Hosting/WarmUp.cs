using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using Microsoft.Extensions.Options;
using Scoring.Kernels;
using Scoring.Protocol;
using Scoring.Service.Calls;
using Scoring.Service.Security;
using Scoring.Service.Settings;
using Scoring.Service.Streaming;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Hosting;

/// <summary>
/// Runs the kernels, the codec and a stream's batches before the server listens, so that the first messages do not pay for the compiler.
/// </summary>
internal sealed class WarmUp(
    MessagePool pool, RequestPlanner planner, IOptions<BatchSettings> batchSettings, TimeProvider time, FailureLog failures, ILogger<WarmUp> logger)
    : IHostedService
{
    private const int Rounds = 50;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        Kernels.WarmUp.Run();
        foreach (var head in new[] { "softmax", "log_softmax", "sigmoid", "linear" })
        {
            foreach (var classes in new[] { 3, 10, 100, 1000 })
            {
                await ScoreAsync(head, classes, cancellationToken);
            }
        }

        Log.WarmedUp(logger, (long)Stopwatch.GetElapsedTime(start).TotalMilliseconds, InstructionSet.Name);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Messages through what those of a stream go through, with pipes of our own in place of the transport's.</summary>
    private async Task ScoreAsync(string head, int classes, CancellationToken cancellationToken)
    {
        var received = new Pipe();
        var sent = new Pipe();
        var requests = new RequestFrames(received.Reader, pool, ScoreMessageCodec.Instance, new MessageCompression(null, int.MaxValue), int.MaxValue);
        var responses = new ResponseFrames(sent.Writer, ScoreMessageCodec.Instance);
        using var batch = new RowBatch(batchSettings.Value, ScoreMessageCodec.Instance, planner, Caller.Anyone, pool, time, failures);
        var frame = Frame(head, classes);
        for (var round = 0; round < Rounds; round++)
        {
            await received.Writer.WriteAsync(frame, cancellationToken);
            await requests.WaitAsync(cancellationToken);
            batch.Begin();
            while (requests.TryTake() is { } request)
            {
                batch.Add(request);
            }

            requests.Pause();
            batch.Close();
            batch.Score();
            await batch.WriteAsync(responses);
            var answers = await sent.Reader.ReadAsync(cancellationToken);
            sent.Reader.AdvanceTo(answers.Buffer.End);
        }
    }

    /// <summary>A message of a few rows in gRPC's framing.</summary>
    private byte[] Frame(string head, int classes)
    {
        const int Rows = 4;
        using var request = pool.RentRequest();
        request.Head = head;
        request.Classes = (uint)classes;
        request.Logits.Allocate(Rows * classes).Fill(1);
        var frame = new ArrayBufferWriter<byte>();
        FrameHeader.Write(frame.GetSpan(FrameHeader.Bytes), ScoreRequestCodec.Size(request));
        frame.Advance(FrameHeader.Bytes);
        ScoreRequestCodec.Write(request, frame);
        return frame.WrittenSpan.ToArray();
    }
}
