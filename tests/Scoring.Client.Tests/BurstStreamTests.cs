using CsCheck;
using Scoring.Client.Bursts;

namespace Scoring.Client.Tests;

public sealed class BurstStreamTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Messages_of_a_burst_go_out_in_one_write_and_one_flush()
    {
        var transport = new RecordingStream();
        var burst = new Burst { MoreFollows = true };
        await using var stream = new BurstStream(transport, burst);
        await SendAsync(stream, [1, 2]);
        await SendAsync(stream, [3]);
        Assert.Empty(transport.Writes);

        burst.MoreFollows = false;
        await SendAsync(stream, [4, 5]);
        Assert.Equal([1, 2, 3, 4, 5], Assert.Single(transport.Writes));
        Assert.Equal(1, transport.Flushes);
    }

    [Fact]
    public async Task A_message_that_nothing_follows_goes_out_at_once()
    {
        var transport = new RecordingStream();
        await using var stream = new BurstStream(transport, new Burst());
        await SendAsync(stream, [1]);
        Assert.Equal([1], Assert.Single(transport.Writes));
        Assert.Equal(1, transport.Flushes);
    }

    [Fact]
    public async Task Whatever_is_written_arrives_whole_and_in_order() =>
        await Gen.Select(Gen.Int[0, 40_000], Gen.Bool).Array[1, 30].SampleAsync(async messages =>
        {
            var transport = new RecordingStream();
            var burst = new Burst();
            var expected = new List<byte>();
            await using (var stream = new BurstStream(transport, burst))
            {
                foreach (var (length, moreFollows) in messages)
                {
                    byte[] message = [.. Enumerable.Range(expected.Count, length).Select(i => (byte)(i * 31))];
                    expected.AddRange(message);
                    burst.MoreFollows = moreFollows;
                    await SendAsync(stream, message);
                    if (!moreFollows)
                    {
                        // Nothing of it waits for a message that may never come.
                        Assert.Equal(expected.Count, transport.Writes.Sum(write => write.Length));
                    }
                }

                await stream.SendAsync(TestEnd);
            }

            Assert.Equal(expected, transport.Writes.SelectMany(write => write));
        }, iter: 200);

    [Fact]
    public async Task A_write_that_the_end_of_its_call_breaks_fails_as_a_connection_does()
    {
        await using var stream = new BurstStream(new EndedStream(transport: null), new Burst());
        await Assert.ThrowsAsync<IOException>(() => SendAsync(stream, [1]));
        await Assert.ThrowsAsync<IOException>(() => SendAsync(stream, new byte[100_000]));
    }

    /// <summary>As gRPC's client does for each message.</summary>
    private static async Task SendAsync(BurstStream stream, byte[] message)
    {
        await stream.WriteAsync(message, TestEnd);
        await stream.FlushAsync(TestEnd);
    }

    private sealed class RecordingStream : MemoryStream
    {
        public List<byte[]> Writes { get; } = [];

        public int Flushes { get; private set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Writes.Add(buffer.ToArray());
            return ValueTask.CompletedTask;
        }

        public override Task FlushAsync(CancellationToken cancellationToken)
        {
            Flushes++;
            return Task.CompletedTask;
        }
    }

    /// <summary>As the body of a call of .NET's may fail that has ended.</summary>
    private sealed class EndedStream(Stream? transport) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            transport!.WriteAsync(buffer, cancellationToken);
    }
}
