using System.ComponentModel.DataAnnotations;

namespace Scoring.Service.Settings;

/// <summary><c>Scoring:Limits</c>: how much of everything the service takes on. ListHeads tells them to clients.</summary>
internal sealed class LimitSettings : IValidatableObject
{
    /// <summary>Stream windows in the window of a connection: so many streams at full speed before it holds them back.</summary>
    public const int StreamsPerWindow = 8;

    /// <summary>What of an answer the transport takes before it waits for the client.</summary>
    public const int ResponseBufferBytes = 1 << 20;

    /// <summary>
    /// Bytes of one message, as it is sent and once it is decompressed. A larger one ends its call with RESOURCE_EXHAUSTED, whichever call it is.
    /// </summary>
    [Range(1024, 256 << 20)]
    public int MessageBytes { get; set; } = 16 << 20;

    /// <summary>Rows in one message.</summary>
    [Range(1, int.MaxValue)]
    public int Rows { get; set; } = 1 << 20;

    /// <summary>Logits in one row.</summary>
    [Range(1, int.MaxValue)]
    public int Classes { get; set; } = 4 << 20;

    /// <summary>k of TOP_K.</summary>
    [Range(1, int.MaxValue)]
    public int TopK { get; set; } = 1024;

    /// <summary>
    /// Bytes that the messages of all calls hold together, a large one from its first bytes on. Past it streams wait, and unary calls are refused.
    /// What is made for the answers of large messages may be as much again. By default a sixth of the heap, from 32 MiB to 512 MiB.
    /// </summary>
    [Range(1 << 20, long.MaxValue)]
    public long ServerBytes { get; set; } = Math.Clamp(MemorySum.HeapBytes / 6, 32 << 20, 512 << 20);

    /// <summary>
    /// Bytes of logits and targets that the messages of one connection's calls hold together, each until its answer is written. Past it the
    /// connection's streams read no other message, and its unary calls are refused: one client cannot have the others wait for
    /// <see cref="ServerBytes"/>.
    /// </summary>
    [Range(65535, long.MaxValue)]
    public long ConnectionBytes { get; set; } = 128 << 20;

    /// <summary>
    /// Bytes of pooled buffers that are kept for the next message; the transport keeps as much again for its own. Most of it goes back when a time of
    /// much traffic is over. By default a sixteenth of the heap, and 64 MiB at most.
    /// </summary>
    [Range(0, long.MaxValue)]
    public long IdleBufferBytes { get; set; } = Math.Min(MemorySum.HeapBytes / 16, 64 << 20);

    /// <summary>
    /// Bytes that messages, answers and the transport hold together. Past it the connection is cut for which the transport holds most besides its
    /// messages: one that opens many streams and does not read, or many that do so. 0 for eleven sixteenths of the heap, less the idle
    /// buffers.
    /// </summary>
    [Range(0, long.MaxValue)]
    public long BufferBytes { get; set; }

    /// <summary>Heads that may be configured.</summary>
    [Range(1, 65536)]
    public int Heads { get; set; } = 1024;

    /// <summary>Characters in one label.</summary>
    [Range(1, 65536)]
    public int LabelLength { get; set; } = 256;

    /// <summary>Calls open at a time on one connection.</summary>
    [Range(1, int.MaxValue)]
    public int StreamsPerConnection { get; set; } = 256;

    /// <summary>
    /// Bytes that a client may send on one stream ahead of what was read (HTTP/2's stream window). With
    /// <see cref="StreamsPerConnection"/> it bounds what a connection can make the server hold.
    /// </summary>
    [Range(65535, 16 << 20)]
    public int StreamWindowBytes { get; set; } = 1 << 20;

    /// <summary>
    /// Connections at a time, over the ports of clients together. Past it a connection is closed at once. By default as many as a sixteenth of the
    /// heap has room for, at 32 KiB each, and as there are files that may be open less 1,024, and 10,000 at most.
    /// </summary>
    [Range(1, int.MaxValue)]
    public int Connections { get; set; } = Math.Clamp(Math.Min(MemorySum.MostConnections, OpenFiles.MostConnections), 1, 10_000);

    /// <summary>
    /// Milliseconds, a tenth more or less, after which a connection is to end: clients make another and send there what was not answered, and so
    /// spread over servers that came later. 0 for never.
    /// </summary>
    [Range(0, int.MaxValue)]
    public int ConnectionAgeMs { get; set; }

    /// <summary>
    /// Milliseconds that a stream may take from its start to its first message that is whole; the time that the service takes to make room does not
    /// count. Past it the stream ends with UNAVAILABLE. 0 for as long as it likes.
    /// </summary>
    [Range(0, int.MaxValue)]
    public int FirstMessageMs { get; set; } = 300_000;

    /// <summary>
    /// Milliseconds that a stream may take from the last answer to the next message that is whole, to the same effect. 0 for as long as it likes,
    /// because clients keep a stream open for what they have to score later.
    /// </summary>
    [Range(0, int.MaxValue)]
    public int StreamIdleMs { get; set; }

    /// <summary>
    /// Milliseconds that answers to what was read together may wait for a client that does not read them. Past it the stream is reset. The default is
    /// longer than a client that lives takes for anything, and still gives back what one that hangs makes the server hold. 0 for as long as it likes.
    /// </summary>
    [Range(0, int.MaxValue)]
    public int SlowReaderMs { get; set; } = 600_000;

    /// <summary>
    /// Milliseconds that a call may keep memory while others wait for some or are refused, without going on: by answers that its client does not
    /// read, or a large message of which the rest does not come. Past it the call is ended. 0 for as long as it likes.
    /// </summary>
    [Range(0, int.MaxValue)]
    public int CrowdedMs { get; set; } = 10_000;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (BufferBytes > 0 && BufferBytes < ServerBytes)
        {
            yield return new ValidationResult(
                $"Scoring:Limits:BufferBytes is {BufferBytes}; it must be 0, or at least Scoring:Limits:ServerBytes, which is {ServerBytes}.");
        }

        if (ServerBytes < 2L * MessageBytes)
        {
            yield return new ValidationResult(
                $"Scoring:Limits:ServerBytes is {ServerBytes}; it must be at least twice Scoring:Limits:MessageBytes, which is {MessageBytes}.");
        }
    }
}
