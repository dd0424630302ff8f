namespace Scoring.Tests;

/// <summary>What code allocates on the managed heap each time it runs.</summary>
internal static class Allocations
{
    private const int Rounds = 5;

    /// <summary>
    /// The bytes of the round that allocates least, of several after a first one. What is allocated once does not count: where the thread moves to
    /// another processor, that one's part of a free list grows.
    /// </summary>
    public static long Least(Action round)
    {
        round();
        var least = long.MaxValue;
        for (var i = 0; i < Rounds; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            round();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
