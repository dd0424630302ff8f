using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>One function over rows, written once for all widths of registers and all ways of reading scores.</summary>
internal interface IRowKernel
{
    /// <summary>Runs rows <paramref name="first"/> to <paramref name="end"/> (exclusive), and returns the first bad logit met.</summary>
    static abstract InvalidLogit? Run<T, TScores>(in RowJob job, TScores scores, int first, int end)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>;
}
