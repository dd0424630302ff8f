namespace Scoring.Kernels.Rows;

/// <summary>A class that may be among the k best of its row, and what ranks it.</summary>
internal unsafe interface ICandidate<TSelf> where TSelf : unmanaged, ICandidate<TSelf>
{
    /// <summary>
    /// Whether values that are infinite, or none, are only what became of scores too large for them, and no reason to refuse the row.
    /// </summary>
    static abstract bool RanksBeyondValues { get; }

    /// <summary>The class in <paramref name="column"/>, whose value is <paramref name="value"/>.</summary>
    static abstract TSelf Of(in RowJob job, float* row, int column, float value);

    /// <summary>What every class before one of this value has at least.</summary>
    static abstract float Bound(float value);

    /// <summary>Best first.</summary>
    static abstract void Sort(Span<TSelf> candidates);

    int Column { get; }

    /// <summary>What every class before this one has at least.</summary>
    float BoundBefore { get; }

    bool IsBefore(in TSelf other);
}
