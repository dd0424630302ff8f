using System.Buffers.Binary;
using System.Text;

namespace Scoring.FunctionalTests.Infrastructure.Http2;

/// <summary>One frame of HTTP/2, whether it makes sense or not.</summary>
internal sealed record Frame(FrameType Type, byte Flags, int Stream, byte[] Payload)
{
    /// <summary>Of DATA and HEADERS.</summary>
    public const byte EndStream = 1;

    /// <summary>Of HEADERS and CONTINUATION.</summary>
    public const byte EndHeaders = 4;

    /// <summary>Of PING and SETTINGS.</summary>
    public const byte Acknowledgement = 1;

    /// <summary>Of RST_STREAM: no error.</summary>
    public const int NoError = 0;

    /// <summary>Of GOAWAY: an error code.</summary>
    public const int ProtocolError = 1;

    /// <summary>Of GOAWAY: an error code.</summary>
    public const int InternalError = 2;

    /// <summary>Of GOAWAY: the error code of one who asks for less.</summary>
    public const int EnhanceYourCalm = 11;

    /// <summary>Of SETTINGS: what a server may send on a stream before it is told of more.</summary>
    public const ushort InitialWindowSize = 4;

    /// <summary>What a client's connection begins with.</summary>
    public static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    public bool IsAcknowledgement => Flags == Acknowledgement;

    /// <summary>Of GOAWAY and RST_STREAM.</summary>
    public int ErrorCode() => BinaryPrimitives.ReadInt32BigEndian(Payload.AsSpan(Type == FrameType.GoAway ? 4 : 0));

    public static Frame Data(int stream, byte[] bytes, byte flags = 0) => new(FrameType.Data, flags, stream, bytes);

    public static Frame Ping() => new(FrameType.Ping, 0, 0, new byte[8]);

    public static Frame Reset(int stream) => new(FrameType.ResetStream, 0, stream, [0, 0, 0, 8]);

    public static Frame Settings(params (ushort Id, int Value)[] settings)
    {
        var payload = new byte[6 * settings.Length];
        for (var i = 0; i < settings.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(payload.AsSpan(6 * i), settings[i].Id);
            BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan((6 * i) + 2), settings[i].Value);
        }

        return new Frame(FrameType.Settings, 0, 0, payload);
    }

    /// <summary>The headers of a call of the scoring service.</summary>
    public static Frame Call(int stream, string rpc, byte flags = EndHeaders) => CallOf(stream, $"/scoring.v1.ScoringService/{rpc}", flags);

    /// <summary>The headers of a call of any service.</summary>
    public static Frame CallOf(int stream, string path, byte flags = EndHeaders) => new(FrameType.Headers, flags, stream,
    [
        0x83, // :method POST
        0x86, // :scheme http
        .. Field(":path", path),
        .. Field(":authority", "localhost"),
        .. Field("content-type", "application/grpc"),
        .. Field("te", "trailers"),
    ]);

    /// <summary>A header that goes into no table and is not compressed.</summary>
    public static byte[] Field(string name, string value) => [0, .. Text(name), .. Text(value)];

    /// <summary>The frame with more of them.</summary>
    public Frame With(string name, string value) => this with { Payload = [.. Payload, .. Field(name, value)] };

    /// <summary>Length and letters: a length past what seven bits hold goes on in bytes of seven bits each, the lowest first.</summary>
    private static byte[] Text(string text)
    {
        const int Most = 127;
        var length = new List<byte> { (byte)Math.Min(text.Length, Most) };
        for (var more = text.Length - Most; length[0] == Most && (more > 0 || length.Count == 1); more >>= 7)
        {
            length.Add((byte)((more & Most) | (more > Most ? 0x80 : 0)));
        }

        return [.. length, .. Encoding.ASCII.GetBytes(text)];
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[FrameHeader.Size + Payload.Length];
        new FrameHeader(Payload.Length, Type, Flags, Stream).Write(bytes);
        Payload.CopyTo(bytes, FrameHeader.Size);
        return bytes;
    }
}
