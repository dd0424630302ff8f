using System.Diagnostics;

namespace Scoring.Protocol;

/// <summary>
/// Where a request lies between the transport, which reads it, and its call, which takes it. The transport can still fail after it
/// has read a message, when the client resets the stream at that moment; the message then stays here, and goes back to
/// the pool with the inbox.
/// </summary>
internal sealed class MessageInbox : IDisposable
{
    private static readonly AsyncLocal<MessageInbox?> Ambient = new();

    private PooledScoreRequest? _message;

    private MessageInbox()
    {
    }

    /// <summary>The inbox of the call that this code runs for.</summary>
    public static MessageInbox Current => Ambient.Value ?? throw new InvalidOperationException("No call has opened an inbox.");

    /// <summary>An inbox for all that the caller awaits from here on. The caller disposes it when the call has ended.</summary>
    public static MessageInbox Open() => Ambient.Value = new MessageInbox();

    public void Put(PooledScoreRequest message)
    {
        Debug.Assert(_message is null, "A call takes a message before it reads the next one.");
        _message = message;
    }

    /// <summary>The message that was read, which is the caller's from here on.</summary>
    public PooledScoreRequest Take()
    {
        var message = _message ?? throw new InvalidOperationException("No message has been read.");
        _message = null;
        return message;
    }

    public void Dispose()
    {
        _message?.Dispose();
        _message = null;
    }
}
