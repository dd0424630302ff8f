using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Scoring.FunctionalTests.Infrastructure.Http2;

namespace Scoring.Benchmarks.Service.Wire;

/// <summary>
/// One connection in clear text that a single thread drives: what may be sent is written, what has come is read, and where neither moves it sleeps.
/// It knows as much of HTTP/2 (RFC 9113) as it takes to send messages and to count answers.
/// </summary>
internal sealed class WireConnection : IDisposable
{
    /// <summary>The size at which any server takes frames, and which many clients keep to, those of .NET and gRPC in Go among them.</summary>
    private const int MaxFrame = 16 << 10;

    private const int DefaultWindow = 65_535;

    /// <summary>The server may always send: it is told of more room long before it has used up what it had.</summary>
    private const int UpdateAfter = 1 << 29;

    private const int LongestSleepMicroseconds = 100_000;

    private readonly Socket _socket;
    private readonly WireRequest _request;
    private readonly IReadOnlyList<WireLane> _lanes;
    private readonly Dictionary<int, WireLane> _lanesByStream = [];
    private readonly WireOutput _output = new();
    private readonly byte[] _input = new byte[1 << 20];
    private int _inputEnd;

    /// <summary>Of the DATA frame that is being read: its header, and the bytes still to come.</summary>
    private FrameHeader _data;
    private int _dataToCome;

    private long _sendWindow = DefaultWindow;
    private int _streamWindow = DefaultWindow;
    private int _received;
    private int _nextStream = 1;
    private int _nextLane;
    private bool _isSettled;
    private long _measuredFrom = long.MaxValue;

    public WireConnection(IPEndPoint server, WireRequest request, IReadOnlyList<WireLane> lanes)
    {
        (_request, _lanes) = (request, lanes);
        _socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _socket.Connect(server);
        _socket.Blocking = false;
        _output.Append(Frame.Preface);
        _output.Append(Frame.Settings((Frame.InitialWindowSize, int.MaxValue)).ToBytes());
        UpdateWindow(0, int.MaxValue - DefaultWindow);
    }

    /// <summary>Messages that were sent before a time, in ticks of <see cref="System.Diagnostics.Stopwatch"/>, count for no latency.</summary>
    public void MeasureFrom(long timestamp) => Volatile.Write(ref _measuredFrom, timestamp);

    /// <summary>Sends and receives until it is stopped: then all that was asked is answered, and the streams end.</summary>
    /// <param name="isStopped">Whether no new message is begun.</param>
    /// <exception cref="IOException">The server did not answer as it must.</exception>
    /// <exception cref="SocketException">The connection broke.</exception>
    public void Run(Func<bool> isStopped)
    {
        while (true)
        {
            var stopped = isStopped();
            Fill(stopped);
            if (stopped && _lanesByStream.Count == 0)
            {
                return;
            }

            var sent = _output.Send(_socket);
            if (!Receive() && !sent)
            {
                Sleep();
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>A frame of each lane in turn, until there is nothing to send, or no room.</summary>
    private void Fill(bool stopped)
    {
        for (var idle = 0; _isSettled && idle < _lanes.Count && _output.HasRoom(MaxFrame);)
        {
            idle = TryWrite(_lanes[_nextLane], stopped) ? 0 : idle + 1;
            _nextLane = (_nextLane + 1) % _lanes.Count;
        }
    }

    private bool TryWrite(WireLane lane, bool stopped)
    {
        if (lane.StreamId == 0)
        {
            if (stopped)
            {
                return false;
            }

            Open(lane);
        }

        var room = (int)Math.Min(MaxFrame, Math.Min(_sendWindow, lane.SendWindow));
        if (!lane.TryFill(_output.NextPayload(Math.Max(room, 0)), stopped, out var written))
        {
            return false;
        }

        _output.Append(new FrameHeader(written, FrameType.Data, lane.IsEnded ? Frame.EndStream : (byte)0, lane.StreamId));
        _sendWindow -= written;
        return true;
    }

    private void Open(WireLane lane)
    {
        lane.Open(_nextStream, _streamWindow);
        _lanesByStream.Add(_nextStream, lane);
        _nextStream += 2;
        _request.Headers.CopyTo(_output.Append(new FrameHeader(_request.Headers.Length, FrameType.Headers, Frame.EndHeaders, lane.StreamId)));
    }

    private bool Receive()
    {
        var count = _socket.Receive(_input.AsSpan(_inputEnd), SocketFlags.None, out var error);
        switch (error)
        {
            case SocketError.WouldBlock:
                return false;
            case not SocketError.Success:
                throw new SocketException((int)error);
            case SocketError.Success when count == 0:
                throw new IOException("the server closed the connection");
        }

        _inputEnd += count;
        var read = Read(_input.AsSpan(0, _inputEnd));
        _input.AsSpan(read, _inputEnd - read).CopyTo(_input);
        _inputEnd -= read;
        return true;
    }

    /// <summary>Reads as many frames as there are, and of the last the part that is there if it is a DATA frame.</summary>
    /// <returns>Bytes read.</returns>
    private int Read(ReadOnlySpan<byte> input)
    {
        var rest = input;
        while (true)
        {
            var part = Math.Min(_dataToCome, rest.Length);
            ReadData(rest[..part]);
            rest = rest[part..];
            if (_dataToCome > 0 || rest.Length < FrameHeader.Size)
            {
                break;
            }

            var header = FrameHeader.Read(rest);
            if (header.Type == FrameType.Data)
            {
                if (header.Has(Frame.EndStream))
                {
                    throw new IOException($"the server ended stream {header.Stream} without trailers");
                }

                (_data, _dataToCome) = (header, header.Length);
                rest = rest[FrameHeader.Size..];
                continue;
            }

            if (rest.Length < FrameHeader.Size + header.Length)
            {
                break;
            }

            ReadControl(header, rest.Slice(FrameHeader.Size, header.Length));
            rest = rest[(FrameHeader.Size + header.Length)..];
        }

        return input.Length - rest.Length;
    }

    private void ReadData(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty)
        {
            return;
        }

        var lane = Lane(_data);
        lane.Take(payload, Volatile.Read(ref _measuredFrom));
        _dataToCome -= payload.Length;
        _received += payload.Length;
        lane.Received += payload.Length;
        if (_received > UpdateAfter)
        {
            UpdateWindow(0, _received);
            _received = 0;
        }

        if (lane.Received > UpdateAfter)
        {
            UpdateWindow(_data.Stream, lane.Received);
            lane.Received = 0;
        }
    }

    private void ReadControl(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        switch (header.Type)
        {
            case FrameType.Headers when header.Has(Frame.EndStream):
                Lane(header).Close(payload);
                _lanesByStream.Remove(header.Stream);
                break;
            case FrameType.Settings when !header.Has(Frame.Acknowledgement):
                ReadSettings(payload);
                _output.Append(new FrameHeader(0, FrameType.Settings, Frame.Acknowledgement, 0));
                break;
            case FrameType.Ping when !header.Has(Frame.Acknowledgement):
                payload.CopyTo(_output.Append(new FrameHeader(payload.Length, FrameType.Ping, Frame.Acknowledgement, 0)));
                break;
            case FrameType.WindowUpdate when header.Stream == 0:
                _sendWindow += BinaryPrimitives.ReadInt32BigEndian(payload);
                break;
            case FrameType.WindowUpdate when _lanesByStream.TryGetValue(header.Stream, out var opened):
                opened.SendWindow += BinaryPrimitives.ReadInt32BigEndian(payload);
                break;
            case FrameType.ResetStream or FrameType.GoAway:
                throw new IOException($"the server sent {header.Type} on stream {header.Stream}: {Convert.ToHexString(payload)}");
        }
    }

    private WireLane Lane(FrameHeader header) =>
        _lanesByStream.GetValueOrDefault(header.Stream)
            ?? throw new IOException($"the server sent {header.Type} on stream {header.Stream}, which is not open");

    /// <summary>They come before any stream is opened, so that what was open then needs no change.</summary>
    private void ReadSettings(ReadOnlySpan<byte> settings)
    {
        for (; settings.Length >= 6; settings = settings[6..])
        {
            if (BinaryPrimitives.ReadUInt16BigEndian(settings) == Frame.InitialWindowSize)
            {
                _streamWindow = BinaryPrimitives.ReadInt32BigEndian(settings[2..]);
            }
        }

        _isSettled = true;
    }

    private void UpdateWindow(int stream, int by) =>
        BinaryPrimitives.WriteInt32BigEndian(_output.Append(new FrameHeader(4, FrameType.WindowUpdate, 0, stream)), by);

    private void Sleep() =>
        Socket.Select(new List<Socket> { _socket }, _output.IsEmpty ? null : new List<Socket> { _socket }, null, LongestSleepMicroseconds);
}
