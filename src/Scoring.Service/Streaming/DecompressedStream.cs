using Grpc.Core;

namespace Scoring.Service.Streaming;

/// <summary>A message as it comes out of its compression. What is wrong with it ends the reading with a status that says so.</summary>
/// <param name="encoding">The compression's name.</param>
/// <param name="packed">The compressed message.</param>
/// <param name="plain">What undoes the compression.</param>
/// <param name="maxBytes">What the message may not be larger than.</param>
/// <param name="readsOn">
/// Whether <paramref name="plain"/> asks for more after an end, which it may be wrong about. Where it does not then, there is something that is no
/// part of the message.
/// </param>
internal sealed class DecompressedStream(string encoding, CompressedStream packed, Stream plain, int maxBytes, bool readsOn) : ReadStream
{
    private long _bytes;

    public override int Read(Span<byte> buffer)
    {
        var count = Unpack(buffer);
        _bytes += count;
        if (_bytes > maxBytes)
        {
            throw Refused(StatusCode.ResourceExhausted, $"is over {maxBytes} when decompressed, which is the limit");
        }

        var isEnd = count == 0 && buffer.Length > 0;
        if (isEnd && packed.Bytes == 0)
        {
            throw Refused(StatusCode.InvalidArgument, $"is not {encoding}");
        }

        return isEnd && readsOn && !packed.IsPastEnd
            ? throw Refused(StatusCode.InvalidArgument, $"has something after the end of its {encoding}")
            : count;
    }

    protected override void Dispose(bool disposing)
    {
        plain.Dispose();
        base.Dispose(disposing);
    }

    private int Unpack(Span<byte> buffer)
    {
        try
        {
            return plain.Read(buffer);
        }
        catch (InvalidDataException)
        {
            throw packed.Bytes == 0 || !packed.IsPastEnd
                ? Refused(StatusCode.InvalidArgument, $"is not {encoding}")
                : Refused(StatusCode.InvalidArgument, $"ends in the middle of its {encoding}");
        }
    }

    private RpcException Refused(StatusCode status, string what) => new(new Status(status, $"a message of {Plural.Of(packed.Bytes, "byte")} {what}"));
}
