namespace Scoring.Client.Connections;

/// <summary>
/// A connection whose other side must speak within a time. An HTTP/2 server does so as soon as it is spoken to; one that was connected to and says
/// nothing, as a host that hangs or a proxy without a service behind it, would otherwise hold its calls until a ping finds out.
/// </summary>
/// <param name="connection">Owned.</param>
/// <param name="timeout">From the first read on; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</param>
/// <param name="heard">Told once whether the other side has spoken, and HTTP/2.</param>
internal sealed class FirstAnswer(Stream connection, TimeSpan timeout, Action<bool> heard) : Stream
{
    private volatile bool _hasSpoken;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _hasSpoken ? connection.ReadAsync(buffer, cancellationToken) : ReadFirstAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _hasSpoken ? connection.WriteAsync(buffer, cancellationToken) : WriteFirstAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => connection.FlushAsync(cancellationToken);

    public override void Flush() => connection.Flush();

    public override int Read(byte[] buffer, int offset, int count) => connection.Read(buffer, offset, count);

    public override void Write(byte[] buffer, int offset, int count) => connection.Write(buffer, offset, count);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await connection.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            connection.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>A write may be the first to find that the other side has closed the connection.</summary>
    private async ValueTask WriteFirstAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            await connection.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception) when (!_hasSpoken)
        {
            throw BrokenOff(exception);
        }
    }

    private static NoResponseException BrokenOff(IOException exception) =>
        new($"broke a new connection off before it said anything ({exception.GetBaseException().Message})", exception);

    private async ValueTask<int> ReadFirstAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        end.CancelAfter(timeout);
        bool? isHeard = false;
        try
        {
            var count = await connection.ReadAsync(buffer, end.Token).ConfigureAwait(false);
            if (buffer.IsEmpty)
            {
                // A wait for a word that the next read takes.
                isHeard = null;
                return count;
            }

            if (count == 0)
            {
                throw new NoResponseException("closed a new connection before it said anything", inner: null);
            }

            _hasSpoken = true;
            // The first frame is short, so that its length begins with 0. No text does, and no record of TLS.
            isHeard = buffer.Span[0] == 0;
            return count;
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NoResponseException($"said nothing for {timeout.TotalSeconds} s on a new connection", exception);
        }
        catch (IOException exception) when (exception is not NoResponseException)
        {
            throw BrokenOff(exception);
        }
        finally
        {
            if (isHeard is { } known)
            {
                heard(known);
            }
        }
    }
}
