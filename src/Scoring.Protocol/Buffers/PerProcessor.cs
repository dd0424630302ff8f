using System.Numerics;

namespace Scoring.Protocol.Buffers;

/// <summary>How state that all threads share is laid out so that each processor has a part of its own.</summary>
internal static class PerProcessor
{
    /// <summary>Parts; a power of two. More processors than this share them.</summary>
    public static int Count { get; } = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(Environment.ProcessorCount, 16));

    /// <summary>
    /// The part of the processor that this thread runs on. It may run on another one already when this is used: a part is still shared, only rarely.
    /// </summary>
    public static int Index => Thread.GetCurrentProcessorId() & (Count - 1);
}
