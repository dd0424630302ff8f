using System.Buffers;
using System.Diagnostics;
using Microsoft.Extensions.Options;
using Scoring.Heads;
using Scoring.Kernels;
using Scoring.Protocol;
using Scoring.Service.Calls;
using Scoring.Service.Memory;
using Scoring.Service.Security;
using Scoring.Service.Settings;
using Scoring.Service.Streaming;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Hosting;

/// <summary>
/// Runs the kernels and a stream for each kind of head before the server listens, so that the first messages do not pay for the compiler.
/// </summary>
internal sealed class WarmUp(
    MessageCalls calls, MessagePool pool, ServerMemory server, IOptions<LimitSettings> limits, ILogger<WarmUp> logger) : IHostedService
{
    private const int Messages = 50;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        Kernels.WarmUp.Run();
        foreach (var head in BuiltInHeads.All.Select(head => head.Name))
        {
            foreach (var classes in new[] { 3, 10, 100, 1000 })
            {
                await ScoreAsync(head, classes, cancellationToken);
            }
        }

        Log.WarmedUp(logger, (long)Stopwatch.GetElapsedTime(start).TotalMilliseconds, InstructionSet.Name);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>A stream of messages that are there already, and whose answers nobody reads.</summary>
    private async Task ScoreAsync(string head, int classes, CancellationToken cancellationToken)
    {
        var frame = Frame(head, classes);
        if (frame.Length > limits.Value.MessageBytes)
        {
            // There will be no such messages.
            return;
        }

        var http = new DefaultHttpContext();
        http.Request.Body = new MemoryStream([.. Enumerable.Repeat(frame, Messages).SelectMany(bytes => bytes)]);
        using var memory = new CallMemory(server, new ConnectionMemory(long.MaxValue), waits: true);
        await calls.Loop(http, memory, ScoreMessageCodec.Instance, Caller.Anyone, isTold: false).RunAsync(
            cancellationToken, CancellationToken.None, CancellationToken.None);
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
