using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

internal readonly struct SigmoidKernel : IRowKernel
{
    public static InvalidLogit? Run<TLanes, TScores>(in RowJob job, TScores scores, int first, int end)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes> =>
        Elementwise.Run<TLanes, TScores, SigmoidMap<TLanes>>(job, scores, first, end);
}
