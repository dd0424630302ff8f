using System.Net;
using System.Net.Sockets;
using Google.Protobuf;
using Grpc.Core;
using Scoring.FunctionalTests.Infrastructure.Http2;

namespace Scoring.Client.Tests;

/// <summary>A service that reads no more of a message than its window, and ends the call.</summary>
public sealed class BlockedWriteTests
{
    /// <summary>Of HTTP/2, where nobody says another.</summary>
    private const int Window = 65_535;

    private const int Streams = 1000;

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_stream_whose_call_ends_while_a_message_waits_for_its_window_ends_with_the_status() => AssertEndsAsync(StreamAsync);

    [Fact]
    public Task An_evaluation_that_ends_while_its_rows_wait_for_the_window_ends_with_the_status() => AssertEndsAsync(client => client.EvaluateAsync(
        SourceOf(new V1.EvaluateRequest { Classes = Window, Data = ByteString.CopyFrom(new byte[Window * sizeof(float)]) }), TestEnd));

    private static async Task AssertEndsAsync(Func<ScoringClient, Task> callAsync)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestEnd);
        var serving = ServeAsync(listener, stop.Token);
        await using (
            var client = ScoringClient.Connect($"http://{listener.LocalEndpoint}", new ScoringClientOptions { StreamPatience = TimeSpan.Zero }))
        {
            // What ends the writing, and what ends the call, may come in any order.
            await Parallel.ForEachAsync(Enumerable.Range(0, Streams),
                new ParallelOptions { MaxDegreeOfParallelism = 50, CancellationToken = TestEnd }, async (_, _) =>
            {
                var exception = await Assert.ThrowsAsync<ScoringException>(() => callAsync(client));
                Assert.Equal((StatusCode.Unavailable, "no memory"), (exception.Error.Code, exception.Error.Message));
            }).WaitAsync(TimeSpan.FromMinutes(2), TestEnd);
        }

        await stop.CancelAsync();
        await serving;
    }

    private static async Task StreamAsync(ScoringClient client)
    {
        await foreach (var result in client.ScoreStreamAsync(SourceOf(new ScoreRequest { Classes = Window, Logits = new float[Window] }), TestEnd))
        {
            result.Dispose();
        }
    }

    private static async IAsyncEnumerable<T> SourceOf<T>(T request)
    {
        yield return request;
        await Task.Yield();
    }

    private static async Task ServeAsync(TcpListener listener, CancellationToken stop)
    {
        var serving = new List<Task>();
        while (!stop.IsCancellationRequested)
        {
            var accepting = listener.AcceptTcpClientAsync(stop).AsTask();
            await ((Task)accepting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (accepting.IsCompletedSuccessfully)
            {
                serving.Add(ServeAsync(await accepting, stop));
            }
        }

        await Task.WhenAll(serving);
    }

    /// <summary>
    /// A connection with a window that grows, where those of its calls do not. It ends their side and not the client's, which is for the client to
    /// do.
    /// </summary>
    private static async Task ServeAsync(TcpClient accepted, CancellationToken stop)
    {
        try
        {
            using var connection = accepted;
            await using var stream = connection.GetStream();
            await stream.ReadExactlyAsync(new byte[Frame.Preface.Length], stop);
            await stream.WriteAsync(Frame.Settings().ToBytes(), stop);
            var received = new Dictionary<int, int>();
            while (true)
            {
                var bytes = new byte[FrameHeader.Size];
                await stream.ReadExactlyAsync(bytes, stop);
                var header = FrameHeader.Read(bytes);
                await stream.ReadExactlyAsync(new byte[header.Length], stop);
                if (header.Type == FrameType.Settings && (header.Flags & Frame.Acknowledgement) == 0)
                {
                    await stream.WriteAsync(new Frame(FrameType.Settings, Frame.Acknowledgement, 0, []).ToBytes(), stop);
                }
                else if (header.Type == FrameType.Data)
                {
                    await stream.WriteAsync(
                        new Frame(FrameType.WindowUpdate, 0, 0, BitConverter.GetBytes(IPAddress.HostToNetworkOrder(header.Length))).ToBytes(), stop);
                    if ((received[header.Stream] = received.GetValueOrDefault(header.Stream) + header.Length) < Window)
                    {
                        continue;
                    }

                    byte[] trailers = [0x88, .. Frame.Field(
                        "content-type", "application/grpc"), .. Frame.Field("grpc-status", "14"), .. Frame.Field("grpc-message", "no memory")];
                    await stream.WriteAsync(
                        new Frame(FrameType.Headers, Frame.EndHeaders | Frame.EndStream, header.Stream, trailers).ToBytes(), stop);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The client has hung up, or the test is over.
        }
    }
}
