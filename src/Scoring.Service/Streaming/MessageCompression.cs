using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using Grpc.Core;

namespace Scoring.Service.Streaming;

/// <summary>How the messages of one stream that say they are compressed are so: its header <c>grpc-encoding</c>. Rare, and not pooled: logits hardly shrink.</summary>
internal sealed class MessageCompression(string? encoding)
{
    public const string Header = "grpc-encoding";

    private const string Gzip = "gzip";

    /// <summary>The message itself, which may not be larger than the limit however small it came.</summary>
    public ReadOnlySequence<byte> Decompress(ReadOnlySequence<byte> message, int maxMessageBytes)
    {
        if (encoding != Gzip)
        {
            throw new RpcException(new Status(
                StatusCode.Unimplemented, $"a message is compressed, and {Header} is '{encoding ?? "identity"}'; this service knows {Gzip}"));
        }

        using var compressed = new GZipStream(PipeReader.Create(message).AsStream(), CompressionMode.Decompress);
        var plain = new ArrayBufferWriter<byte>();
        try
        {
            while (compressed.Read(plain.GetSpan(4096)) is > 0 and var count)
            {
                plain.Advance(count);
                if (plain.WrittenCount > maxMessageBytes)
                {
                    throw new RpcException(new Status(
                        StatusCode.ResourceExhausted, $"a message of {message.Length} bytes is over {maxMessageBytes} when decompressed, which is the limit"));
                }
            }
        }
        catch (InvalidDataException exception)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, $"a message is not {Gzip}: {exception.Message}"));
        }

        return new ReadOnlySequence<byte>(plain.WrittenMemory);
    }
}
