using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>One function over rows, written once for all widths of registers and all ways of reading scores.</summary>
internal interface IRowKernel
{
    /// <summary>Whether several threads may share one very wide row, by <see cref="TryShare"/>.</summary>
    static virtual bool SharesRows => false;

    /// <summary>Runs rows <paramref name="first"/> to <paramref name="end"/> (exclusive), and returns the first bad logit met.</summary>
    static abstract InvalidLogit? Run<TLanes, TScores>(in RowJob job, TScores scores, int first, int end)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>;

    /// <summary>Runs one very wide row on several threads; false where it is to be run as usual, with nothing written.</summary>
    static virtual bool TryShare<TLanes, TScores>(in RowJob job, TScores scores, int row, int threads)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes> => false;
}
