using System.Buffers.Binary;
using System.IO.Pipelines;
using Microsoft.Extensions.Options;
using Scoring.Protocol;
using Scoring.Service.Memory;
using Scoring.Service.Settings;
using Scoring.Service.Streaming;

namespace Scoring.Service.Tests;

/// <summary>What room compressed messages have, and when.</summary>
public sealed class CountedBodyTests
{
    private const int MessageBytes = 1 << 20;

    private readonly Pipe _sent = new(new PipeOptions(pauseWriterThreshold: 0));
    private readonly ServerMemory _server;
    private readonly CountedBody _body;

    public CountedBodyTests()
    {
        var limits = Options.Create(new LimitSettings { ServerBytes = 2 << 20, MessageBytes = MessageBytes });
        _server = new ServerMemory(new MessagePool(maxIdleBytes: 0), limits);
        var memory = new CallMemory(_server, new ConnectionMemory(long.MaxValue), waits: true);
        _body = new CountedBody(_sent.Reader, memory, MessageBytes, keeps: false, unpacks: true);
    }

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_that_is_not_whole_takes_its_own_length_and_once_it_is_whole_what_may_become_of_it()
    {
        var message = Packed(100_000);
        await _sent.Writer.WriteAsync(message.AsMemory(0, 1000), TestEnd);
        var read = await _body.ReadAsync(TestEnd);
        _body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        Assert.Equal(100_000, _server.Unfinished.Bytes);

        await _sent.Writer.WriteAsync(message.AsMemory(1000), TestEnd);
        read = await _body.ReadAsync(TestEnd);
        Assert.Equal(_server.Unfinished.Limit / 2, _server.Unfinished.Bytes);
        _body.AdvanceTo(read.Buffer.End);
        Assert.Equal(0, _server.Unfinished.Bytes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(500)]
    public async Task One_whose_rest_comes_meanwhile_is_not_read_before_it_has_its_room(int first)
    {
        var message = Packed(1000);
        Assert.True(_server.Unfinished.TryReserve(_server.Unfinished.Limit));
        await _sent.Writer.WriteAsync(message.AsMemory(0, first), TestEnd);
        var read = await _body.ReadAsync(TestEnd);
        await _sent.Writer.WriteAsync(message.AsMemory(first), TestEnd);
        _body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        Assert.False(_body.TryRead(out _));

        var waiting = _body.ReadAsync(TestEnd).AsTask();
        Assert.True(_server.Unfinished.IsWaitedFor);
        _server.ReleaseUnfinished(_server.Unfinished.Limit);
        Assert.Equal(message.Length, (await waiting).Buffer.Length);
        Assert.Equal(_server.Unfinished.Limit / 2, _server.Unfinished.Bytes);
    }

    [Fact]
    public async Task One_that_cannot_become_large_needs_no_room()
    {
        await _sent.Writer.WriteAsync(Packed(30), TestEnd);
        Assert.True(_server.Unfinished.TryReserve(_server.Unfinished.Limit));
        Assert.Equal(35, (await _body.ReadAsync(TestEnd)).Buffer.Length);
    }

    /// <summary>The frame of a message that says it is compressed, of so many bytes.</summary>
    private static byte[] Packed(int length)
    {
        var frame = new byte[5 + length];
        frame[0] = 1;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), length);
        return frame;
    }
}
