using System.Buffers;

namespace Scoring.Client.Bursts;

/// <summary>
/// Gathers the messages of a burst, and sends them in one write and one flush. A message that is large by itself is not copied. One
/// task at a time writes, as gRPC has it.
/// </summary>
/// <remarks>
/// gRPC ends the body of a call that is over while its writer may still be in a write, and .NET forgets a write that waits for the window of a body
/// that has ended: it would wait for ever. So the body ends with this stream, which first cancels what is being written.
/// </remarks>
internal sealed class BurstStream(Stream transport, Burst burst) : Stream
{
    /// <summary>What a burst gathers before it goes out, whatever follows.</summary>
    private const int Capacity = 64 << 10;

    /// <summary>From here on a copy costs more than a write.</summary>
    private const int LargeWrite = 16 << 10;

    private readonly CancellationTokenSource _end = new();
    private byte[]? _gathered;
    private int _count;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length > Capacity - _count || buffer.Length >= LargeWrite)
        {
            await SendGatheredAsync(cancellationToken).ConfigureAwait(false);
        }

        if (buffer.Length >= LargeWrite)
        {
            await SendAsync(buffer, cancellationToken).ConfigureAwait(false);
            return;
        }

        _gathered ??= ArrayPool<byte>.Shared.Rent(Capacity);
        buffer.Span.CopyTo(_gathered.AsSpan(_count));
        _count += buffer.Length;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) =>
        burst.MoreFollows && _count > 0 ? Task.CompletedTask : SendAsync(cancellationToken);

    /// <summary>Sends all that was gathered.</summary>
    public async Task SendAsync(CancellationToken cancellationToken)
    {
        await SendGatheredAsync(cancellationToken).ConfigureAwait(false);
        await transport.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>
    /// Gives the memory back, once the last message is sent. Where a call breaks it is left to the collector: whoever writes may still be at it.
    /// </summary>
    public void Release()
    {
        if (_gathered is not null)
        {
            ArrayPool<byte>.Shared.Return(_gathered);
            _gathered = null;
        }
    }

    /// <summary>Ends what is being written, before the body that it is written to ends.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _end.Cancel();
        }

        base.Dispose(disposing);
    }

    private async ValueTask SendGatheredAsync(CancellationToken cancellationToken)
    {
        if (_count > 0)
        {
            await SendAsync(_gathered.AsMemory(0, _count), cancellationToken).ConfigureAwait(false);
            _count = 0;
        }
    }

    /// <summary>Whoever gives up one write gives up the call, and with it this stream.</summary>
    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await using (cancellationToken.UnsafeRegister(static end => ((CancellationTokenSource)end!).Cancel(), _end).ConfigureAwait(false))
        {
            try
            {
                await transport.WriteAsync(bytes, _end.Token).ConfigureAwait(false);
            }
            catch (NullReferenceException exception)
            {
                // .NET's own (10.0.12), now and then, of a write that waits for its window while the call ends.
                throw new IOException("the call has ended", exception);
            }
        }
    }
}
