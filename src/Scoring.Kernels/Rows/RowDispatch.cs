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

    private static unsafe InvalidLogit? Run<TKernel, TLanes>(in RowJob job, int threads)
        where TKernel : IRowKernel
        where TLanes : struct, ILanes<TLanes>
    {
        if (job.Scale.IsIdentity)
        {
            return RowSplit.Run<TKernel, TLanes, PlainScores<TLanes>>(job, default, threads);
        }

        if (job.Scale.IsExtreme)
        {
            return RunExtreme<TKernel, TLanes>(job, threads);
        }

        if (job.Scale.Bias == null)
        {
            return RowSplit.Run<TKernel, TLanes, TemperedScores<TLanes>>(job, new(job.Scale), threads);
        }

        return job.Scale.HasGreatBias<TLanes>(job.Classes)
            ? RunGuarded<TKernel, TLanes>(job, threads)
            : RowSplit.Run<TKernel, TLanes, BiasedScores<TLanes>>(job, new(job.Scale), threads);
    }

    // By themselves, so that the usual ways need no room for them.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static InvalidLogit? RunGuarded<TKernel, TLanes>(in RowJob job, int threads)
        where TKernel : IRowKernel
        where TLanes : struct, ILanes<TLanes> => RowSplit.Run<TKernel, TLanes, GuardedScores<TLanes>>(job, new(job.Scale), threads);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static InvalidLogit? RunExtreme<TKernel, TLanes>(in RowJob job, int threads)
        where TKernel : IRowKernel
        where TLanes : struct, ILanes<TLanes> => RowSplit.Run<TKernel, TLanes, ExtremeScores<TLanes>>(job, new(job.Scale, default), threads);
}
