using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

internal readonly struct LinearKernel : IRowKernel
{
    public static InvalidLogit? Run<TLanes, TScores>(in RowJob job, TScores scores, int first, int end)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes> =>
        Elementwise.Run<TLanes, TScores, LinearMap<TLanes>>(job, scores, first, end);
}
