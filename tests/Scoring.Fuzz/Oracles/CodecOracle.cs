using System.Buffers;
using Google.Protobuf;
using Google.Protobuf.Collections;
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
    /// <summary>
    /// Of a request, which may be anybody's: what an array takes is at most twice what it was read from, and its memory doubles as it grows.
    /// </summary>
    private const int MaxBytesForEach = 4;
    private const int MaxBytesForNone = 16 << 10;

    private MessagePool _pool = NewPool();

    /// <summary>Bytes that may be rented for each that is read.</summary>
    protected virtual int MostRentedForEach => MaxBytesForEach;

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

    /// <summary>Takes the targets away that are counted and not kept, because the message has no room for their logits.</summary>
    protected static void KeepTargets(RepeatedField<uint> targets, RepeatedField<string> labels, PooledScoreRequest read)
    {
        Same("surplus targets", targets.Count + labels.Count - read.Targets.Count - read.TargetLabels.Count, read.SurplusTargets);
        Fault(read.SurplusTargets > 0 && Math.Max(
            read.Targets.Count, read.TargetLabels.Count) < PooledScoreRequest.MostTargets(0), "targets are left out of a small message");
        Cut(targets, read.Targets.Count);
        Cut(labels, read.TargetLabels.Count);
    }

    /// <summary>What is kept of a text that may have so many characters.</summary>
    protected static string Kept(string text, int maxCharacters) => text.Length > maxCharacters ? text[..(maxCharacters + 1)] : text;

    private static MessagePool NewPool() => new(maxIdleBytes: 1 << 20);

    private void CheckOnce(byte[] bytes, int pieceLength)
    {
        using (var read = Rent(_pool))
        {
            Compare(Parse(bytes), read, bytes, pieceLength);
            var most = ((long)bytes.Length * MostRentedForEach) + MaxBytesForNone;
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

    private static void Cut<T>(RepeatedField<T> list, int count)
    {
        var kept = list.Take(count).ToArray();
        list.Clear();
        list.AddRange(kept);
    }

    private static void Fault(bool isWrong, string what)
    {
        if (isWrong)
        {
            throw new CodecFault(what);
        }
    }
}
