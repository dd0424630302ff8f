using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>Chooses what a kernel is compiled for: the widest registers here, and the simplest way of reading scores that does.</summary>
internal static class RowDispatch
{
    public static InvalidLogit? Run<TKernel>(in RowJob job, int threads) where TKernel : IRowKernel
    {
        if (Lanes512.IsSupported)
        {
            return Run<TKernel, Lanes512>(job, threads);
        }

        return Lanes256.IsSupported ? Run<TKernel, Lanes256>(job, threads) : Run<TKernel, Lanes128>(job, threads);
    }

    private static unsafe InvalidLogit? Run<TKernel, T>(in RowJob job, int threads)
        where TKernel : IRowKernel
        where T : struct, ILanes<T>
    {
        if (job.Scale.IsIdentity)
        {
            return RowSplit.Run<TKernel, T, PlainScores<T>>(job, default, threads);
        }

        if (job.Scale.IsExtreme(job.Classes))
        {
            return RunExtreme<TKernel, T>(job, threads);
        }

        return job.Scale.Bias == null
            ? RowSplit.Run<TKernel, T, TemperedScores<T>>(job, new(job.Scale), threads)
            : RowSplit.Run<TKernel, T, BiasedScores<T>>(job, new(job.Scale), threads);
    }

    // By itself, so that the usual ways need no room for it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static InvalidLogit? RunExtreme<TKernel, T>(in RowJob job, int threads)
        where TKernel : IRowKernel
        where T : struct, ILanes<T> => RowSplit.Run<TKernel, T, ExtremeScores<T>>(job, new(job.Scale, 0), threads);
}
