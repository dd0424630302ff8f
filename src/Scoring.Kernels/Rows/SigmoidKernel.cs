using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>e^z / (1 + e^z), with both sides times 2^64 so that the division, and nothing before it, rounds a subnormal result.</summary>
internal readonly unsafe struct SigmoidKernel : IRowKernel
{
    private const int Shift = 64;
    private const float One = 18446744073709551616f;

    public static InvalidLogit? Run<T, TScores>(in RowJob job, TScores scores, int first, int end)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
    {
        InvalidLogit? invalid = null;
        for (int row = first; row < end; row++)
        {
            float* logits = job.Row(row), output = job.OutputRow(row);
            int column = RowScan.FindInvalid<T, TScores>(job, scores, logits);
            if (column >= 0)
            {
                invalid ??= new InvalidLogit(row, column, logits[column]);
            }

            if (job.Scale.IsExtreme)
            {
                Compute<T, ExtremeScores<T>>(new(job.Scale, 0), logits, output, job.Classes);
            }
            else
            {
                Compute<T, TScores>(scores, logits, output, job.Classes);
            }
        }

        return invalid;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Compute<T, TScores>(TScores scores, float* row, float* output, int classes)
        where T : struct, ILanes<T>
        where TScores : struct, IScores<T>
    {
        var exponential = new Exponential<T>(Shift);
        nint column = 0;
        for (; column <= classes - 16; column += 16)
        {
            T e = exponential.Of(scores.Load(row, column, out T low), low, TScores.HasLow);
            T.Store(e / (T.Create(One) + e), output + column);
        }

        if (column < classes)
        {
            int count = (int)(classes - column);
            T e = exponential.Of(scores.LoadFirst(row, column, count, out T low), low, TScores.HasLow);
            T.StoreFirst(e / (T.Create(One) + e), output + column, count);
        }
    }
}
