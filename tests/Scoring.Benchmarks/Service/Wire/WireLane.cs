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
    private readonly byte[] _prefix = new byte[WireRequest.PrefixSize];

    /// <summary>When each message in flight was sent, a ring, in ticks of <see cref="Stopwatch"/>.</summary>
    private readonly long[] _sentAt = new long[request.Plan.Unary ? 1 : request.Plan.Window];
    private readonly int _leastAnswer = request.Plan.Rows * request.Plan.Classes * sizeof(float);

    /// <summary>The first answer, to be looked at; null after that.</summary>
    private byte[]? _first = [];
    private long _started;
    private long _answered;

    /// <summary>Bytes of the message that is being sent which have gone.</summary>
    private int _gone;
    private int _prefixRead;

    /// <summary>Bytes of the answer that is being read which are still to come.</summary>
    private int _toCome;

    /// <summary>0 where no stream is open.</summary>
    public int Stream { get; private set; }

    /// <summary>Bytes that the server lets this stream send.</summary>
    public long SendWindow { get; set; }

    /// <summary>Bytes that came since the server was last told that it may send more.</summary>
    public int Received { get; set; }

    /// <summary>No message comes after those that were sent on this stream.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Answers so far.</summary>
    public long Answered => Volatile.Read(ref _answered);

    /// <summary>Of the messages that were sent while it was measured.</summary>
    public LongHistogram Latencies { get; } = Latency.CreateHistogram();

    public void Open(int stream, long sendWindow) => (Stream, SendWindow, Received, IsEnded) = (stream, sendWindow, 0, false);

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

        while (written < payload.Length && (_gone > 0 || (!stopped && _started - _answered < _sentAt.Length)))
        {
            written += Send(payload[written..]);
        }

        SendWindow -= written;
        IsEnded = _gone == 0 && (request.Plan.Unary ? written > 0 : stopped && _started == _answered);
        return written > 0 || IsEnded;
    }

    /// <summary>Takes what came of answers.</summary>
    /// <param name="payload">Of a frame, or a part of it.</param>
    /// <param name="measuredFrom">Messages that were sent before this count for no latency.</param>
    public void Take(ReadOnlySpan<byte> payload, long measuredFrom)
    {
        while (payload.Length > 0)
        {
            if (_prefixRead < _prefix.Length)
            {
                var part = Math.Min(_prefix.Length - _prefixRead, payload.Length);
                payload[..part].CopyTo(_prefix.AsSpan(_prefixRead));
                _prefixRead += part;
                payload = payload[part..];
                if (_prefixRead < _prefix.Length)
                {
                    return;
                }

                _toCome = BinaryPrimitives.ReadInt32BigEndian(_prefix.AsSpan(1));
                if (_toCome < _leastAnswer)
                {
                    throw new IOException($"an answer has {_toCome} bytes, and its scores alone have {_leastAnswer}");
                }
            }

            var taken = Math.Min(_toCome, payload.Length);
            Look(payload[..taken]);
            payload = payload[taken..];
            _toCome -= taken;
            if (_toCome == 0)
            {
                _prefixRead = 0;
                Answer(measuredFrom);
            }
        }
    }

    /// <summary>The server ended the stream.</summary>
    public void Close()
    {
        if (!IsEnded || _started > _answered)
        {
            throw new IOException($"the server ended a call with {_started - _answered} messages unanswered");
        }

        Stream = 0;
    }

    private int Send(Span<byte> room)
    {
        if (_gone == 0)
        {
            _sentAt[_started % _sentAt.Length] = Stopwatch.GetTimestamp();
            _started++;
        }

        var message = request.Message(_started - 1);
        var part = Math.Min(room.Length, message.Length - _gone);
        message.AsSpan(_gone, part).CopyTo(room);
        _gone = _gone + part == message.Length ? 0 : _gone + part;
        return part;
    }

    private void Look(ReadOnlySpan<byte> part)
    {
        if (_first is null)
        {
            return;
        }

        _first = [.. _first, .. part];
        if (part.Length == _toCome)
        {
            request.Check(_first);
            _first = null;
        }
    }

    private void Answer(long measuredFrom)
    {
        if (_started == _answered)
        {
            throw new IOException("the server answered what was not asked");
        }

        var sentAt = _sentAt[_answered % _sentAt.Length];
        if (sentAt >= measuredFrom)
        {
            Latency.Record(Latencies, Stopwatch.GetTimestamp() - sentAt);
        }

        Volatile.Write(ref _answered, _answered + 1);
    }
}
