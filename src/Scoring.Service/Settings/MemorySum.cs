namespace Scoring.Service.Settings;

/// <summary>
/// What the service may hold by its limits, in bytes, and whether that fits in the memory that the process has. docs/operations.md adds it up.
/// </summary>
/// <param name="Heap">
/// What the garbage collector's heap may grow to: three quarters of a container's memory, unless the process is told otherwise.
/// </param>
/// <param name="Messages">Messages in flight.</param>
/// <param name="Answers">What is made for their answers.</param>
/// <param name="Idle">Buffers that are kept for the next message, and blocks of the transport for theirs.</param>
/// <param name="Working">A message that is copied on each processor, from the transport or back to it: it is there twice.</param>
/// <param name="BufferBytes">The most that messages, answers and the transport hold together before connections are cut.</param>
internal sealed record MemorySum(long Heap, long Messages, long Answers, long Idle, long Working, long BufferBytes)
{
    /// <summary>One part in so many is for calls, which hold their headers.</summary>
    private const int ShareOfCalls = 8;

    /// <summary>One part in so many is for connections.</summary>
    private const int ShareOfConnections = 16;

    /// <summary>One part in so many is left free: what has gone is there until it is collected, and what comes at once is counted late.</summary>
    private const int ShareOfFree = 8;

    /// <summary>What the transport holds of a connection beside its blocks, with room to spare: 24 KB were measured.</summary>
    private const int BytesOfConnection = 32 << 10;

    /// <summary>What is left for windows and answers that wait to be read.</summary>
    public long Windows => BufferBytes - Messages - Answers - Working;

    /// <summary>What there is for what calls hold of their own.</summary>
    public long CallBytes => Heap / ShareOfCalls;

    /// <summary>The most connections that there is room for.</summary>
    public static int MostConnections => (int)Math.Min(int.MaxValue, HeapBytes / ShareOfConnections / BytesOfConnection);

    /// <summary>Bytes that the process's heap may grow to.</summary>
    public static long HeapBytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    public static MemorySum Of(LimitSettings limits)
    {
        var heap = HeapBytes;
        var kept = (heap / ShareOfCalls) + (heap / ShareOfConnections) + (heap / ShareOfFree);
        var idle = 2 * Math.Min(limits.IdleBufferBytes, heap);
        var buffers = limits.BufferBytes > 0 ? limits.BufferBytes : Math.Max(heap - kept - idle, 0);
        return new MemorySum(heap, limits.ServerBytes, limits.ServerBytes, idle, 2L * limits.MessageBytes * Environment.ProcessorCount, buffers);
    }

    /// <summary>What is wrong with the limits, for the log; null where they fit.</summary>
    public string? Problem(LimitSettings limits)
    {
        var least = (long)LimitSettings.StreamsPerWindow * limits.StreamWindowBytes;
        if (Windows >= least && BufferBytes + Idle <= Heap)
        {
            return null;
        }

        return $"messages {Messages} and answers {Answers} (Scoring:Limits:ServerBytes), idle buffers {Idle} (IdleBufferBytes), {Working} to copy "
            + "messages (MessageBytes) and "
            + $"{least} for the windows of a connection (StreamWindowBytes) are {Messages + Answers + Idle + Working + least} bytes, and a heap of "
            + $"{Heap} has room for {BufferBytes + Idle}";
    }
}
