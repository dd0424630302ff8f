using System.Net;
using System.Net.Http.Headers;

namespace Scoring.Faults.Attack;

/// <summary>One stream of an attack: when the service ends it, it is opened again.</summary>
/// <param name="client">Its connection.</param>
/// <param name="kind">What it does.</param>
/// <param name="frame">A message in gRPC's framing, which is sent over and over.</param>
/// <param name="random">Tells when.</param>
internal sealed class AttackStream(HttpClient client, AttackKind kind, ReadOnlyMemory<byte> frame, Random random)
{
    private const int PartBytes = 256 << 10;

    /// <summary>
    /// One message in so many is the one with which a stream turns to what it is for: if all did so at once, little else would come to pass.
    /// </summary>
    private const int MessagesUntilItTurns = 8;

    /// <summary>Longer than nothing, so that a service that refuses everything is not what the processor's time goes to.</summary>
    private static readonly TimeSpan UntilNext = TimeSpan.FromMilliseconds(50);

    private long _opened;
    private long _bytes;
    private long _messages;
    private volatile bool _hasTurned;

    /// <summary>How often it was opened.</summary>
    public long Opened => Volatile.Read(ref _opened);

    /// <summary>Bytes that went out.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Messages that went out whole.</summary>
    public long Messages => Volatile.Read(ref _messages);

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            Volatile.Write(ref _opened, _opened + 1);
            _hasTurned = false;
            try
            {
                await CallAsync(stop);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
            {
                // The service has ended the stream or the connection, or the stream itself has.
            }

            await Task.Delay(UntilNext, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CallAsync(CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/scoring.v1.ScoringService/ScoreStream")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new Flood(this, end),
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, end.Token);
        await using var answers = await response.Content.ReadAsStreamAsync(end.Token);
        var read = new byte[PartBytes];
        while (await answers.ReadAsync(read, end.Token) > 0)
        {
            if (_hasTurned && kind == AttackKind.NeverReads)
            {
                await Task.Delay(Timeout.Infinite, end.Token);
            }
        }
    }

    private async Task SendAsync(Stream stream, CancellationTokenSource end)
    {
        while (true)
        {
            _hasTurned |= random.Next(MessagesUntilItTurns) == 0;
            for (var sent = 0; sent < frame.Length; sent += PartBytes)
            {
                if (_hasTurned && sent > frame.Length / 2)
                {
                    await TurnAsync(end);
                }

                var part = frame[sent..Math.Min(sent + PartBytes, frame.Length)];
                await stream.WriteAsync(part, end.Token);
                Volatile.Write(ref _bytes, _bytes + part.Length);
            }

            Volatile.Write(ref _messages, _messages + 1);
        }
    }

    private Task TurnAsync(CancellationTokenSource end) => kind switch
    {
        AttackKind.StopsInTheMiddle => Task.Delay(Timeout.Infinite, end.Token),
        AttackKind.Resets => end.CancelAsync(),
        _ => Task.CompletedTask,
    };

    private sealed class Flood : HttpContent
    {
        private readonly AttackStream _stream;
        private readonly CancellationTokenSource _end;

        public Flood(AttackStream stream, CancellationTokenSource end)
        {
            (_stream, _end) = (stream, end);
            Headers.TryAddWithoutValidation("content-type", "application/grpc");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            try
            {
                await _stream.SendAsync(stream, _end);
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException)
            {
                // Where the service ends a stream that never reads, nothing else tells it so.
                await _end.CancelAsync();
                throw;
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
