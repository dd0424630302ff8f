using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>Nothing but the scan.</summary>
internal readonly unsafe struct ScanKernel : IRowKernel
{
    public static InvalidLogit? Run<TLanes, TScores>(in RowJob job, TScores scores, int first, int end)
        where TLanes : struct, ILanes<TLanes>
        where TScores : struct, IScores<TLanes>
    {
        for (int row = first; row < end; row++)
        {
            int column = RowScan.FindInvalid<TLanes, TScores>(job, scores, job.Row(row), out _);
            if (column >= 0)
            {
                return new InvalidLogit(row, column, job.Row(row)[column]);
            }
        }

        return null;
    }
}
