using System.Runtime.CompilerServices;

namespace Scoring.Kernels.Rows;

/// <summary>Gathers the k best of the classes that it is given in the order of their columns. The memory is the caller's.</summary>
internal unsafe struct Candidates<TCandidate>(int k, TCandidate* memory, int capacity)
    where TCandidate : unmanaged, ICandidate<TCandidate>
{
    private int _count;

    /// <summary>Whether the first k were the best of more: an equal of the last of them comes too late.</summary>
    private bool _hasDropped;

    /// <summary>How many candidates there must be room for: all, or so many that they are seldom sorted.</summary>
    public static int Capacity(int k, int classes) => (int)Math.Min(classes, Math.Max(2L * k, k + 256L));

    public readonly bool IsFull => _count == capacity;

    /// <summary>There must be room.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(TCandidate candidate)
    {
        if (!_hasDropped || candidate.IsBefore(memory[k - 1]))
        {
            memory[_count++] = candidate;
        }
    }

    /// <summary>Drops all but the k best, and returns what any other must have at least to be one of them.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public float Drop()
    {
        TCandidate.Sort(new Span<TCandidate>(memory, _count));
        (_count, _hasDropped) = (k, true);
        return memory[k - 1].BoundBefore;
    }

    /// <summary>Writes the columns of the k best, best first. There were as many at least.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Write(int* columns)
    {
        var all = new Span<TCandidate>(memory, _count);
        TCandidate.Sort(all);
        for (int i = 0; i < k; i++)
        {
            columns[i] = all[i].Column;
        }
    }
}
