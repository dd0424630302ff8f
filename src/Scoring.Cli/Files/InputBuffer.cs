namespace Scoring.Cli.Files;

/// <summary>
/// A stream that can be looked into before it is consumed. It holds as much of the stream as its reader has not consumed,
/// so its memory is bounded by the longest stretch that the reader needs in one piece.
/// </summary>
internal sealed class InputBuffer(Stream stream) : IAsyncDisposable
{
    private byte[] _bytes = new byte[64 << 10];
    private int _start;
    private int _end;

    /// <summary>What has been read and not yet consumed. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Buffered => _bytes.AsSpan(_start.._end);

    /// <summary>Bytes consumed so far.</summary>
    public long Position { get; private set; }

    /// <summary>Bytes of the whole input; null where it is a pipe.</summary>
    public long? Length { get; } = stream.CanSeek ? stream.Length : null;

    /// <summary>Reads more into <see cref="Buffered"/>. False at the end of the stream.</summary>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            Buffered.CopyTo(_bytes);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _bytes.Length)
        {
            Array.Resize(ref _bytes, _bytes.Length * 2);
        }

        var read = await ReadStreamAsync(_bytes.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        _end += read;
        return read > 0;
    }

    /// <summary>Reads until at least <paramref name="count"/> bytes are buffered. False where the stream ends before.</summary>
    public async ValueTask<bool> FillToAsync(int count, CancellationToken cancellationToken)
    {
        while (_end - _start < count)
        {
            if (!await FillAsync(cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Consumes buffered bytes.</summary>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _end - _start);
        _start += count;
        Position += count;
    }

    /// <summary>Consumes up to the whole of <paramref name="destination"/>, without a detour for what is not buffered yet.</summary>
    /// <returns>The bytes read, fewer than asked for only at the end of the stream.</returns>
    public async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        var filled = Math.Min(_end - _start, destination.Length);
        Buffered[..filled].CopyTo(destination.Span);
        _start += filled;

        while (filled < destination.Length)
        {
            var read = await ReadStreamAsync(destination[filled..], cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            filled += read;
        }

        Position += filled;
        return filled;
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    /// <summary>A read of a terminal or a pipe cannot be cancelled once it waits; cancelled here, it is left to end with the process.</summary>
    private async ValueTask<int> ReadStreamAsync(Memory<byte> destination, CancellationToken cancellationToken) =>
        await stream.ReadAsync(destination, cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
}
