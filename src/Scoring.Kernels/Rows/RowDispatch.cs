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

        if (job.Scale.IsExtreme)
        {
            return RunExtreme<TKernel, T>(job, threads);
        }

        if (job.Scale.Bias == null)
        {
            return RowSplit.Run<TKernel, T, TemperedScores<T>>(job, new(job.Scale), threads);
        }

        return job.Scale.HasGreatBias<T>(job.Classes)
            ? RunGuarded<TKernel, T>(job, threads)
            : RowSplit.Run<TKernel, T, BiasedScores<T>>(job, new(job.Scale), threads);
    }

    // By themselves, so that the usual ways need no room for them.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static InvalidLogit? RunGuarded<TKernel, T>(in RowJob job, int threads)
        where TKernel : IRowKernel
        where T : struct, ILanes<T> => RowSplit.Run<TKernel, T, GuardedScores<T>>(job, new(job.Scale), threads);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static InvalidLogit? RunExtreme<TKernel, T>(in RowJob job, int threads)
        where TKernel : IRowKernel
        where T : struct, ILanes<T> => RowSplit.Run<TKernel, T, ExtremeScores<T>>(job, new(job.Scale, 0), threads);
}
