using System.Buffers;
using System.Diagnostics;
using Scoring.Kernels;
using Scoring.Protocol;
using Scoring.Service.Streaming;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Hosting;

/// <summary>
/// Runs the codec and the kernels before the server listens, so that the first messages do not pay for the compiler.
/// </summary>
internal sealed class WarmUp(MessagePool pool, RequestChecker checker, ILogger<WarmUp> logger) : IHostedService
{
    private const int Rounds = 50;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        Kernels.WarmUp.Run();
        var output = new ArrayBufferWriter<byte>();
        foreach (var head in new[] { "softmax", "log_softmax", "sigmoid", "linear" })
        {
            foreach (var classes in new[] { 3, 10, 100, 1000 })
            {
                for (var round = 0; round < Rounds; round++)
                {
                    ScoreOnce(head, classes, output);
                }
            }
        }

        Log.WarmedUp(logger, (long)Stopwatch.GetElapsedTime(start).TotalMilliseconds, InstructionSet.Name);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>One message through what a real one goes through, but for the transport.</summary>
    private void ScoreOnce(string head, int classes, ArrayBufferWriter<byte> output)
    {
        const int Rows = 4;
        using var sent = pool.RentRequest();
        sent.Head = head;
        sent.Classes = (uint)classes;
        sent.Logits.Allocate(Rows * classes).Fill(1);
        output.ResetWrittenCount();
        ScoreRequestCodec.Write(sent, output);

        using var request = pool.RentRequest();
        ScoreRequestCodec.Read(new ReadOnlySequence<byte>(output.WrittenMemory), request);
        using var response = pool.RentResponse();
        response.Error = checker.Check(request, out var plan);
        if (response.Error is null)
        {
            MessageScorer.Score(request, plan, response);
        }

        output.ResetWrittenCount();
        ScoreResponseCodec.Write(response, output);
    }
}
