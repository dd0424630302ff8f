using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

internal readonly struct LinearKernel : IRowKernel
{
    public static InvalidLogit? Run<T, TScores>(in RowJob job, TScores scores, int first, int end)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T> =>
        Elementwise.Run<T, TScores, LinearMap<T>>(job, scores, first, end);
}
