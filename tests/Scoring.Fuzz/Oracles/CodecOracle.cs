using System.Buffers;
using Google.Protobuf;
using Scoring.Protocol;
using Scoring.Protocol.Wire;

namespace Scoring.Fuzz.Oracles;

/// <summary>
/// Reads bytes with a pooled codec and with Google.Protobuf, which is right. Both must accept, with the same values, or both refuse; and all that was
/// rented must be back. Whatever else the codec throws, such as a read out of range, escapes. For one thread.
/// </summary>
internal abstract class CodecOracle<TMessage, TPooled>(MessageParser<TMessage> parser)
    where TMessage : class, IMessage<TMessage>
    where TPooled : PooledMessage<TPooled>
{
    /// <summary>A byte can become an element of four bytes in each of two arrays, whose memory doubles as it grows.</summary>
    private const int MaxBytesForEach = 16;
    private const int MaxBytesForNone = 16 << 10;

    private MessagePool _pool = NewPool();

    /// <param name="bytes">What may be a message.</param>
    /// <param name="pieceLength">The bytes come in pieces of this length.</param>
    /// <exception cref="CodecFault">The two differ, or a rent was kept.</exception>
    public void Check(byte[] bytes, int pieceLength)
    {
        try
        {
            // The second time it is the message object of the first, with what that left behind.
            CheckOnce(bytes, pieceLength);
            CheckOnce(bytes, pieceLength);
        }
        catch
        {
            // What this input left wrong must not count against the next.
            _pool = NewPool();
            throw;
        }
    }

    protected abstract TPooled Rent(MessagePool pool);

    protected abstract void Read(ReadOnlySequence<byte> bytes, TPooled message);

    /// <summary>Throws where the values differ.</summary>
    protected abstract void Compare(TMessage expected, TPooled read);

    protected static void Same<T>(string what, T expected, T found) =>
        Fault(!EqualityComparer<T>.Default.Equals(expected, found), $"{what}: {found}, and not {expected}");

    protected static void SameItems<T>(string what, IEnumerable<T> expected, IEnumerable<T> found) =>
        Fault(!expected.SequenceEqual(found), $"{what}: {string.Join(' ', found)}, and not {string.Join(' ', expected)}");

    /// <summary>Throws unless what the codec writes are the bytes that Google writes.</summary>
    protected static void SameBytes(byte[] expected, int size, Action<IBufferWriter<byte>> write)
    {
        Same("size", expected.Length, size);
        var written = new SmallSpanWriter();
        write(written);
        Same("bytes", Convert.ToHexString(expected), Convert.ToHexString(written.ToArray()));
    }

    /// <summary>What is kept of a text that may have so many characters.</summary>
    protected static string Kept(string text, int maxCharacters) => text.Length > maxCharacters ? text[..(maxCharacters + 1)] : text;

    private static MessagePool NewPool() => new(maxIdleBytes: 1 << 20);

    private void CheckOnce(byte[] bytes, int pieceLength)
    {
        using (var read = Rent(_pool))
        {
            Compare(Parse(bytes), read, bytes, pieceLength);
            var most = ((long)bytes.Length * MaxBytesForEach) + MaxBytesForNone;
            Fault(_pool.Buffers.RentedBytes > most, $"{_pool.Buffers.RentedBytes} bytes were rented for a message of {bytes.Length}");
        }

        Same("rents after the message", 0L, _pool.Buffers.OutstandingRents);
        Same("bytes rented after the message", 0L, _pool.Buffers.RentedBytes);
    }

    private void Compare(TMessage? expected, TPooled read, byte[] bytes, int pieceLength)
    {
        try
        {
            Read(Segments.Cut(bytes, pieceLength), read);
        }
        catch (MalformedMessageException exception)
        {
            Fault(expected is not null, $"refused what Google accepts: {exception.Message}");
            return;
        }

        Fault(expected is null, "accepted what Google refuses");
        if (expected is not null)
        {
            Compare(expected, read);
        }
    }

    private TMessage? Parse(byte[] bytes)
    {
        try
        {
            // Unknown fields are checked as they are read, and left out afterwards.
            return parser.WithDiscardUnknownFields(true).ParseFrom(parser.ParseFrom(bytes).ToByteArray());
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static void Fault(bool isWrong, string what)
    {
        if (isWrong)
        {
            throw new CodecFault(what);
        }
    }
}
