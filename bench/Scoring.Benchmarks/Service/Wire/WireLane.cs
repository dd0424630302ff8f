using System.Buffers.Binary;
using System.Diagnostics;
using HdrHistogram;
using Scoring.Cli.Bench;

namespace Scoring.Benchmarks.Service.Wire;

/// <summary>
/// One stream, or one unary caller who has a stream for each call: what it may still send, and what of its answers has come. Answers come in the
/// order of the messages.
/// </summary>
/// <param name="request">What is sent.</param>
internal sealed class WireLane(WireRequest request)
{
    /// <summary>Of an answer: tags of protobuf, a field's number and its type.</summary>
    private const byte IdTag = 0x08;
    private const byte RowsTag = 0x18;

    /// <summary>An answer's prefix, the id and the next field's tag: that of an error, where there is one, and of the rows otherwise.</summary>
    private readonly byte[] _start = new byte[WireRequest.PrefixSize + 3];

    /// <summary>When each message in flight was sent, a ring, in ticks of <see cref="Stopwatch"/>.</summary>
    private readonly long[] _sentAt = new long[request.Plan.Unary ? 1 : request.Plan.Window];
    private readonly int _leastAnswer = request.Plan.Rows * request.Plan.Classes * sizeof(float);

    /// <summary>What has come of the first answer, which is looked at as a whole; null after that.</summary>
    private byte[]? _first = [];
    private long _started;
    private long _answered;

    /// <summary>Bytes of the message that is being sent which were written; 0 between two messages.</summary>
    private int _written;

    /// <summary>Bytes of the answer that is being read which have come, up to <see cref="_start"/>'s.</summary>
    private int _startRead;

    /// <summary>Bytes of that answer which are still to come after those.</summary>
    private int _toCome;

    /// <summary>0 where no stream is open.</summary>
    public int StreamId { get; private set; }

    /// <summary>Bytes that the server lets this stream send.</summary>
    public long SendWindow { get; set; }

    /// <summary>Bytes that came since the server was last told that it may send more.</summary>
    public int Received { get; set; }

    /// <summary>No message comes after those that were sent on this stream.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Answers so far.</summary>
    public long Answered => Volatile.Read(ref _answered);

    /// <summary>Of the messages that were sent while it was measured, to the end of the answer's message.</summary>
    public LongHistogram Latencies { get; } = Latency.CreateHistogram();

    public void Open(int streamId, long sendWindow) => (StreamId, SendWindow, Received, IsEnded) = (streamId, sendWindow, 0, false);

    /// <summary>Fills the payload of a frame: with the rest of a message, and with those that follow as far as there is room.</summary>
    /// <param name="payload">As large as the windows let it be.</param>
    /// <param name="stopped">Begin no new message, and end the stream once all are answered.</param>
    /// <param name="written">Bytes of the frame.</param>
    /// <returns>Whether there is a frame.</returns>
    public bool TryFill(Span<byte> payload, bool stopped, out int written)
    {
        written = 0;
        if (IsEnded)
        {
            return false;
        }

        while (written < payload.Length && (_written > 0 || (!stopped && _started - _answered < _sentAt.Length)))
        {
            written += Write(payload[written..]);
        }

        SendWindow -= written;
        IsEnded = _written == 0 && ((request.Plan.Unary && written > 0) || (stopped && _started == _answered));
        return written > 0 || IsEnded;
    }

    /// <summary>Takes what came of answers.</summary>
    /// <param name="payload">Of a frame, or a part of it.</param>
    /// <param name="measuredFrom">Messages that were sent before this count for no latency.</param>
    public void Take(ReadOnlySpan<byte> payload, long measuredFrom)
    {
        while (payload.Length > 0)
        {
            if (_startRead < _start.Length)
            {
                var start = payload[..Math.Min(_start.Length - _startRead, payload.Length)];
                start.CopyTo(_start.AsSpan(_startRead));
                _startRead += start.Length;
                payload = payload[start.Length..];
                if (_startRead == _start.Length)
                {
                    Begin();
                }
            }
            else
            {
                var rest = payload[..Math.Min(_toCome, payload.Length)];
                payload = payload[rest.Length..];
                _toCome -= rest.Length;
                CheckFirst(rest);
                if (_toCome == 0)
                {
                    End(measuredFrom);
                }
            }
        }
    }

    /// <summary>The server ended the stream.</summary>
    /// <param name="trailers">The header block that it did so with.</param>
    public void Close(ReadOnlySpan<byte> trailers)
    {
        if (!IsEnded || _started > _answered)
        {
            throw new IOException(
                $"the server ended a call while {_started - _answered} messages waited for their answers, with these bytes for trailers: "
                + $"{Convert.ToHexString(trailers)}");
        }

        StreamId = 0;
    }

    private int Write(Span<byte> room)
    {
        if (_written == 0)
        {
            _sentAt[_started % _sentAt.Length] = Stopwatch.GetTimestamp();
            _started++;
        }

        var message = request.Message(_started - 1);
        var part = Math.Min(room.Length, message.Length - _written);
        message.AsSpan(_written, part).CopyTo(room);
        _written = _written + part == message.Length ? 0 : _written + part;
        return part;
    }

    private void Begin()
    {
        if (_started == _answered)
        {
            throw new IOException("the server answered what was not asked");
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(_start.AsSpan(1));
        var fields = _start.AsSpan(WireRequest.PrefixSize);
        if (length < _leastAnswer || !fields.SequenceEqual([IdTag, request.Id(_answered), RowsTag]))
        {
            throw new IOException(
                $"message {request.Id(_answered)} was answered with {length} bytes that begin with {Convert.ToHexString(fields)}: an error, or "
                + "another message's answer");
        }

        _toCome = length - fields.Length;
        CheckFirst(fields);
    }

    private void CheckFirst(ReadOnlySpan<byte> part)
    {
        if (_first is null)
        {
            return;
        }

        _first = [.. _first, .. part];
        if (_toCome == 0)
        {
            request.Check(_first);
            _first = null;
        }
    }

    private void End(long measuredFrom)
    {
        _startRead = 0;
        var sentAt = _sentAt[_answered % _sentAt.Length];
        if (sentAt >= measuredFrom)
        {
            Latency.Record(Latencies, Stopwatch.GetTimestamp() - sentAt);
        }

        Volatile.Write(ref _answered, _answered + 1);
    }
}
