using System.Runtime.CompilerServices;

namespace Scoring.Kernels.Rows;

/// <summary>
/// What a row's exponentials add up to: Σ e^(score − origin's) = <see cref="Sum"/> · 2^−<see cref="Shift"/>. The origin is 0 but for extreme rows.
/// </summary>
internal readonly record struct Normalizer(double Sum, int Shift, Origin Origin, bool IsExtreme)
{
    private const double Ln2 = 0.693147180559945309;

    /// <summary>1 / Sum in two floats.</summary>
    public (float High, float Low) Inverse
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            double inverse = 1 / Sum;
            float high = (float)inverse;
            return (high, (float)(inverse - high));
        }
    }

    /// <summary>ln Σ e^(score − origin's).</summary>
    public double LogSumLessOrigin => Logarithm.Of(Sum) - (Shift * Ln2);
}
