using Grpc.Core;

namespace Scoring.Service.Telemetry;

/// <summary>Every line that the service itself logs.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Warmed up in {Milliseconds} ms; the kernels use {InstructionSet}.")]
    public static partial void WarmedUp(ILogger logger, long milliseconds, string instructionSet);

    [LoggerMessage(2, LogLevel.Error, "Message {Id} could not be scored.")]
    public static partial void MessageFailed(ILogger logger, Exception exception, ulong id);

    [LoggerMessage(3, LogLevel.Information, "The configured heads ({Count}) are in force as revision {Revision}.")]
    public static partial void HeadsAccepted(ILogger logger, ulong revision, int count);

    [LoggerMessage(4, LogLevel.Error, "The changed heads are refused, and those of revision {Revision} keep serving: {Problems}")]
    public static partial void HeadsRefused(ILogger logger, ulong revision, string problems);

    [LoggerMessage(5, LogLevel.Information, "A stream is ended with {Status}: {Detail}.")]
    public static partial void StreamBroken(ILogger logger, StatusCode status, string detail);

    [LoggerMessage(6, LogLevel.Information, "Draining: not ready from now on, and {Streams} streams are asked to end in {DelayMs} ms.")]
    public static partial void Draining(ILogger logger, int streams, int delayMs);

    [LoggerMessage(
        7, LogLevel.Error, "A stream is ended, because there was no memory for a message: Scoring:Limits:ServerBytes is more than the process has.")]
    public static partial void OutOfMemory(ILogger logger, Exception exception);

    [LoggerMessage(8, LogLevel.Warning, "The limits are more than the process has memory for: {Problem}. Lower them, or raise the memory.")]
    public static partial void MemoryTooSmall(ILogger logger, string problem);

    [LoggerMessage(32, LogLevel.Warning, "More is allowed than the process has files for: {Problem}. Lower it, or raise the limit of open files.")]
    public static partial void FilesTooFew(ILogger logger, string problem);

    [LoggerMessage(9, LogLevel.Warning, "A connection is cut, for which the transport held {Bytes} bytes: all clients together hold more than "
        + "{Limit}, which is the limit (Scoring:Limits:BufferBytes).")]
    public static partial void ConnectionCut(ILogger logger, long bytes, long limit);

    [LoggerMessage(26, LogLevel.Warning, "A connection is cut, whose calls hold {Bytes} bytes of their own, with their headers: those of all clients "
        + "together hold more than {Limit}, which the size of the heap allows.")]
    public static partial void CallsCut(ILogger logger, long bytes, long limit);

    [LoggerMessage(27, LogLevel.Warning, "This Kestrel is not the one the service was made for ({Problem}), so {Lost}.")]
    public static partial void KestrelUnknown(ILogger logger, string problem, string lost);

    [LoggerMessage(
        10, LogLevel.Error, "There is no memory: not ready until there is some again. Lines of this kind held back since the last: {HeldBack}.")]
    public static partial void OutOfMemoryMet(ILogger logger, Exception exception, long heldBack);

    [LoggerMessage(11, LogLevel.Information, "There is memory again: ready.")]
    public static partial void MemoryIsBack(ILogger logger);

    [LoggerMessage(12, LogLevel.Critical, "There is no memory, and was none for {Seconds} s: the service ends.")]
    public static partial void MemoryStaysOut(ILogger logger, double seconds);

    [LoggerMessage(13, LogLevel.Error, "What listens to metrics or traces has thrown, and may have missed some.")]
    public static partial void TelemetryFailed(ILogger logger, Exception exception);

    [LoggerMessage(14, LogLevel.Error, "A call of {Call} failed.")]
    public static partial void CallFailed(ILogger logger, Exception exception, string call);

    [LoggerMessage(15, LogLevel.Error, "A look at {What} failed; there will be another.")]
    public static partial void LookFailed(ILogger logger, Exception exception, string what);

    [LoggerMessage(20, LogLevel.Information, "The changed {Name} is in force.")]
    public static partial void FilesAccepted(ILogger logger, string name);

    [LoggerMessage(21, LogLevel.Error, "The changed {Name} is refused, and the last good one stays in force: {Problem}")]
    public static partial void FilesRefused(ILogger logger, string name, string problem);

    [LoggerMessage(25, LogLevel.Error, "A look at the files of the {Name} failed; there will be another.")]
    public static partial void PollFailed(ILogger logger, Exception exception, string name);

    [LoggerMessage(22, LogLevel.Information, "No authentication is configured: whoever reaches the service may use it.")]
    public static partial void CallersAreUnknown(ILogger logger);

    [LoggerMessage(23, LogLevel.Information, "Callers are known by {Credentials}.")]
    public static partial void CallersAreKnown(ILogger logger, string credentials);

    [LoggerMessage(24, LogLevel.Information, "A call is refused: {Message}.")]
    public static partial void CallRefused(ILogger logger, string message);

    [LoggerMessage(30, LogLevel.Information, "The issuer's keys can be read again from {Authority}.")]
    public static partial void AuthorityRead(ILogger logger, string authority);

    [LoggerMessage(31, LogLevel.Error, "The issuer's keys cannot be read from {Authority}, and those read before, if any, stay good: {Problem}")]
    public static partial void AuthorityUnread(ILogger logger, string authority, string problem);
}
