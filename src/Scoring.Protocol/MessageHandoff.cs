using System.Diagnostics;

namespace Scoring.Protocol;

/// <summary>
/// Where a request lies between its deserializer and the body that it was read from, which takes it for its call: the transport passes the bytes of a
/// message right after it has read them, on the same thread. The transport can still fail before the message is with its method, when the client
/// resets the stream at that moment; it is the call's by then, and goes back to the pool with it.
/// </summary>
internal static class MessageHandoff
{
    [ThreadStatic]
    private static PooledScoreRequest? Read;

    /// <summary>Called by deserializers.</summary>
    public static void Put(PooledScoreRequest message)
    {
        Debug.Assert(Read is null, "A body takes each message before another is read.");
        Read = message;
    }

    /// <summary>The message that this thread has just read, which is the caller's from here on; null where it was none.</summary>
    public static PooledScoreRequest? Take()
    {
        var message = Read;
        if (message is not null)
        {
            Read = null;
        }

        return message;
    }
}
