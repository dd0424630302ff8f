using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Grpc.Core;
using Scoring.Service.Http;

namespace Scoring.Service.Tests;

/// <summary>The reader of base64 is one like any other: it can be asked what is there, cancelled, and told of any part that is consumed.</summary>
public sealed class TextBodyTests
{
    private readonly Pipe _sent = new(new PipeOptions(pauseWriterThreshold: 0));
    private readonly TextBody _body;

    public TextBodyTests() => _body = new TextBody(_sent.Reader, MemoryPool<byte>.Shared);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_has_come_can_be_looked_at_without_a_wait()
    {
        Assert.False(_body.TryRead(out _));
        await SendAsync("AQI");
        Assert.False(_body.TryRead(out _));
        await SendAsync("DBA");
        Assert.True(_body.TryRead(out var read));
        Assert.Equal([1, 2, 3], read.Buffer.ToArray());
        Assert.False(read.IsCompleted);
        _body.AdvanceTo(read.Buffer.GetPosition(1), read.Buffer.End);
        Assert.False(_body.TryRead(out _));

        await SendAsync("UG");
        Assert.True(_body.TryRead(out read));
        Assert.Equal([2, 3, 4, 5, 6], read.Buffer.ToArray());
        _body.AdvanceTo(read.Buffer.GetPosition(1));
        Assert.True(_body.TryRead(out read));
        Assert.Equal([3, 4, 5, 6], read.Buffer.ToArray());
        _body.AdvanceTo(read.Buffer.End);
        await _sent.Writer.CompleteAsync();
        Assert.True(_body.TryRead(out read));
        Assert.True(read.IsCompleted);
        Assert.True(read.Buffer.IsEmpty);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(5000)]
    public async Task Text_may_come_in_any_pieces_and_be_several_texts(int piece)
    {
        var random = new Random(5);
        var (text, bytes) = (new StringBuilder(), new List<byte>());
        for (var length = 0; length < 12_000; length = 1 + (2 * length))
        {
            var some = new byte[length];
            random.NextBytes(some);
            bytes.AddRange(some);
            text.Append(Convert.ToBase64String(some));
        }

        var got = ReadAllAsync();
        foreach (var some in text.ToString().Chunk(piece))
        {
            await SendAsync(new string(some));
        }

        await _sent.Writer.CompleteAsync();
        Assert.Equal(bytes, await got);
    }

    [Fact]
    public async Task A_read_that_waits_is_cancelled_and_the_next_goes_on()
    {
        var waiting = _body.ReadAsync(TestEnd).AsTask();
        _body.CancelPendingRead();
        var read = await waiting;
        Assert.True(read.IsCanceled);
        _body.AdvanceTo(read.Buffer.Start, read.Buffer.End);

        await SendAsync("AQID");
        read = await _body.ReadAsync(TestEnd);
        Assert.False(read.IsCanceled);
        Assert.Equal([1, 2, 3], read.Buffer.ToArray());
        _body.AdvanceTo(read.Buffer.Start, read.Buffer.End);

        _body.CancelPendingRead();
        read = await _body.ReadAsync(TestEnd);
        Assert.True(read.IsCanceled);
        Assert.Equal([1, 2, 3], read.Buffer.ToArray());
        _body.AdvanceTo(read.Buffer.End);

        waiting = _body.ReadAsync(TestEnd).AsTask();
        await SendAsync("BAUG");
        Assert.Equal([4, 5, 6], (await waiting).Buffer.ToArray());
    }

    [Fact]
    public async Task A_read_that_waits_ends_with_its_token_and_leaves_nothing_behind()
    {
        using var gone = new CancellationTokenSource();
        var waiting = _body.ReadAsync(gone.Token).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await SendAsync("AQID");
        Assert.Equal([1, 2, 3], (await _body.ReadAsync(TestEnd)).Buffer.ToArray());
    }

    [Theory]
    [InlineData("AQID????", "byte 4 is 0x3F")]
    [InlineData("AQIDBA U", "byte 6 is 0x20")]
    [InlineData("AQID\n", "it ends within a group of four characters, at byte 5")]
    [InlineData("AQIDBA", "it ends within a group of four characters, at byte 6")]
    [InlineData("AQID====", "= stands in the wrong place in the four characters from byte 4 on")]
    [InlineData("AQIDA=AA", "= stands in the wrong place in the four characters from byte 4 on")]
    [InlineData("AQIDAQ_-", "byte 6 is 0x5F")]
    public async Task What_is_no_base64_is_told_after_the_bytes_before_it(string text, string what)
    {
        await SendAsync(text);
        await _sent.Writer.CompleteAsync();
        var read = await _body.ReadAsync(TestEnd);
        Assert.Equal([1, 2, 3], read.Buffer.ToArray());
        _body.AdvanceTo(read.Buffer.Start, read.Buffer.End);

        for (var i = 0; i < 2; i++)
        {
            Assert.False(_body.TryRead(out _));
            var refused = await Assert.ThrowsAsync<RpcException>(async () => await _body.ReadAsync(TestEnd));
            Assert.Equal(
                (StatusCode.InvalidArgument, $"the body is no base64, as application/grpc-web-text is: {what}"),
                (refused.StatusCode, refused.Status.Detail));
        }

        // The transport may read what is left.
        Assert.True(_sent.Reader.TryRead(out _));
    }

    [Fact]
    public async Task One_that_is_complete_gives_its_memory_back_and_lets_the_transport_know()
    {
        await SendAsync("AQID");
        Assert.True(_body.TryRead(out _));
        await _body.CompleteAsync();
        Assert.Throws<InvalidOperationException>(() => _sent.Reader.TryRead(out _));
        Assert.Throws<InvalidOperationException>(() => _body.TryRead(out _));
    }

    private async Task SendAsync(string text) => await _sent.Writer.WriteAsync(Encoding.ASCII.GetBytes(text), TestEnd);

    /// <summary>Consumes a part of what is there at each look.</summary>
    private async Task<byte[]> ReadAllAsync()
    {
        var all = new List<byte>();
        while (true)
        {
            var read = await _body.ReadAsync(TestEnd);
            var some = read.Buffer.Slice(0, (read.Buffer.Length + 1) / 2);
            all.AddRange(some.ToArray());
            _body.AdvanceTo(some.End);
            if (read.IsCompleted && some.Length == read.Buffer.Length)
            {
                return [.. all];
            }
        }
    }
}
