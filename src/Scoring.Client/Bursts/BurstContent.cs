using System.Net;

namespace Scoring.Client.Bursts;

/// <summary>The messages of a call, sent through a <see cref="BurstStream"/>.</summary>
internal sealed class BurstContent : HttpContent
{
    private readonly HttpContent _messages;
    private readonly Burst _burst;
    private bool _isSent;

    public BurstContent(HttpContent messages, Burst burst)
    {
        (_messages, _burst) = (messages, burst);
        foreach (var (name, values) in messages.Headers)
        {
            Headers.TryAddWithoutValidation(name, values);
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // .NET makes a request again by itself where a server goes away without having handled it. The messages do not come twice: the call would
        // wait for ever.
        if (_isSent)
        {
            throw new IOException("the connection went away before the call was handled");
        }

        _isSent = true;
        await using var burst = new BurstStream(stream, _burst);
        await _messages.CopyToAsync(burst, context, cancellationToken).ConfigureAwait(false);
        await burst.SendAsync(cancellationToken).ConfigureAwait(false);
        burst.Release();
    }

    /// <summary>The messages come as long as the caller has any.</summary>
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _messages.Dispose();
        }

        base.Dispose(disposing);
    }
}
