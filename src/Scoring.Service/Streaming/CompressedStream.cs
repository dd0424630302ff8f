namespace Scoring.Service.Streaming;

/// <summary>A compressed message on its way into what undoes it.</summary>
internal sealed class CompressedStream(Stream message) : ReadStream
{
    public long Bytes { get; private set; }

    /// <summary>Whether more was asked for than there is.</summary>
    public bool IsPastEnd { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        var count = message.Read(buffer);
        Bytes += count;
        IsPastEnd |= count == 0 && buffer.Length > 0;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        message.Dispose();
        base.Dispose(disposing);
    }
}
