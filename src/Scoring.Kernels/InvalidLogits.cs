using Scoring.Kernels.Rows;

namespace Scoring.Kernels;

/// <summary>Looks for logits from which no score can be made. The other kernels do so themselves; this is for when nothing else runs.</summary>
public static class InvalidLogits
{
    /// <summary>Finds the first bad logit.</summary>
    /// <param name="logits">Rows × classes, row after row.</param>
    /// <param name="classes">How many logits make a row, at least 1.</param>
    /// <returns>
    /// The first NaN or +∞ of the first row that has one, or that row's first logit if it has nothing but −∞; null when every row is good.
    /// </returns>
    /// <exception cref="ArgumentException">The logits are not whole rows.</exception>
    /// <exception cref="ArgumentOutOfRangeException">classes is below 1.</exception>
    public static unsafe InvalidLogit? Find(ReadOnlySpan<float> logits, int classes)
    {
        int rows = Shape.Rows(logits, classes);
        fixed (float* logitsPointer = logits)
        {
            var job = new RowJob { Logits = logitsPointer, Rows = rows, Classes = classes, Stride = classes, Scale = Scale.Identity };
            return RowDispatch.Run<ScanKernel>(job, threads: 1);
        }
    }
}
