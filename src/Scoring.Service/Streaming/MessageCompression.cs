using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using Grpc.Core;
using Grpc.Net.Compression;

namespace Scoring.Service.Streaming;

/// <summary>
/// How messages that say they are compressed are so: <c>grpc-encoding</c>, or <c>content-encoding</c> of JSON. Rare, and not pooled: logits hardly
/// shrink. Unary calls come here by way of gRPC, and streams and JSON by themselves.
/// </summary>
/// <param name="encoding">What the call says; null for nothing.</param>
/// <param name="maxMessageBytes">What a message may not be larger than once it is undone, however small it came.</param>
internal sealed class MessageCompression(string? encoding, int maxMessageBytes) : ICompressionProvider
{
    public const string Header = "grpc-encoding";

    /// <summary>How much longer than its compressed form a message can be: DEFLATE spends two bits at least on 258 bytes.</summary>
    private const int MostTimesLonger = 1032;

    /// <summary>A message is unpacked in memory that doubles as it grows.</summary>
    private const int CopiesOfUnpacked = 2;

    private const string Gzip = "gzip";
    private const string Deflate = "deflate";

    /// <summary>What a message may take while it is unpacked, of which the compressed form has this length.</summary>
    public static long RoomToUnpack(long packed, int maxMessageBytes) => CopiesOfUnpacked * Math.Min(packed * MostTimesLonger, maxMessageBytes);

    /// <summary>Whether messages can be compressed.</summary>
    public bool IsKnown => encoding is Gzip or Deflate;

    public string EncodingName => encoding ?? "identity";

    /// <summary>All that there are.</summary>
    public static IEnumerable<MessageCompression> All(int maxMessageBytes) => [new(Gzip, maxMessageBytes), new(Deflate, maxMessageBytes)];

    /// <summary>Answers are not compressed unless an application has it so.</summary>
    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel)
    {
        var level = compressionLevel ?? CompressionLevel.Fastest;
        return encoding == Gzip ? new GZipStream(stream, level, leaveOpen: true) : new ZLibStream(stream, level, leaveOpen: true);
    }

    /// <summary>The message of the stream. Reading it tells what is wrong with it as an <see cref="RpcException"/>.</summary>
    public Stream CreateDecompressionStream(Stream stream)
    {
        var packed = new CompressedStream(stream);
        return encoding switch
        {
            Gzip => new DecompressedStream(Gzip, packed, new GZipStream(packed, CompressionMode.Decompress), maxMessageBytes, readsOn: true),
            Deflate => new DecompressedStream(Deflate, packed, new ZLibStream(packed, CompressionMode.Decompress), maxMessageBytes, readsOn: false),
            _ => throw new RpcException(new Status(
                StatusCode.Unimplemented,
                $"a message is compressed, and {Header} is '{Quoted.Text(EncodingName)}'; this service knows {Gzip} and {Deflate}")),
        };
    }

    /// <summary>The message itself.</summary>
    /// <exception cref="RpcException">There is none, or it is too large.</exception>
    public ReadOnlySequence<byte> Decompress(ReadOnlySequence<byte> message) =>
        new(Decompress(message.IsEmpty ? Stream.Null : PipeReader.Create(message).AsStream()));

    /// <summary>The message itself.</summary>
    /// <exception cref="RpcException">There is none, or it is too large.</exception>
    public ReadOnlyMemory<byte> Decompress(Stream message)
    {
        using var unpacked = CreateDecompressionStream(message);
        var plain = new ArrayBufferWriter<byte>();
        while (unpacked.Read(plain.GetSpan(4096)) is > 0 and var count)
        {
            plain.Advance(count);
        }

        return plain.WrittenMemory;
    }
}
