using System.Runtime.CompilerServices;

namespace Scoring.Kernels.Rows;

/// <summary>The public entries' common part: checks the shapes, pins the memory and runs the kernel.</summary>
internal static class RowEntry
{
    /// <summary>A result for each logit, in the logits' own memory or apart from it.</summary>
    public static InvalidLogit? RunByLogit<TKernel>(
        ReadOnlySpan<float> logits,
        int classes,
        Span<float> results,
        float temperature,
        ReadOnlySpan<float> bias,
        int threads,
        [CallerArgumentExpression(nameof(results))] string name = "")
        where TKernel : IRowKernel
    {
        int rows = Shape.Rows(logits, classes);
        Shape.IsSameOrApart(logits, results, name);
        Shape.IsApart<float, float>(results, bias, name);
        return Run<TKernel>(logits, rows, classes, results, temperature, bias, threads);
    }

    /// <summary>A result for each row, apart from the logits.</summary>
    public static InvalidLogit? RunByRow<TKernel>(
        ReadOnlySpan<float> logits, int classes, Span<float> results, float temperature, ReadOnlySpan<float> bias, int threads)
        where TKernel : IRowKernel
    {
        int rows = Shape.Rows(logits, classes);
        Shape.HasLength(results.Length, rows, "one per row", nameof(results));
        Shape.IsApart<float, float>(results, logits);
        Shape.IsApart<float, float>(results, bias);
        return Run<TKernel>(logits, rows, classes, results, temperature, bias, threads);
    }

    /// <summary>Checks what all kernels take, pins the memory, and runs one of them.</summary>
    /// <param name="logits">Rows × classes.</param>
    /// <param name="rows">How many there are.</param>
    /// <param name="classes">How many logits make a row.</param>
    /// <param name="results">What the kernel writes, of a length and at a place that have been checked.</param>
    /// <param name="temperature">What logits are divided by.</param>
    /// <param name="bias">What is added to each class, or nothing.</param>
    /// <param name="threads">How many threads may share the work.</param>
    /// <param name="indices">Class indices that the kernel reads or writes, checked as well; none for most.</param>
    /// <param name="labels">A 0 or 1 for each logit; none for most.</param>
    /// <param name="k">How many of a row's classes are wanted, and of what.</param>
    public static unsafe InvalidLogit? Run<TKernel>(
        ReadOnlySpan<float> logits,
        int rows,
        int classes,
        Span<float> results,
        float temperature,
        ReadOnlySpan<float> bias,
        int threads,
        ReadOnlySpan<int> indices = default,
        ReadOnlySpan<byte> labels = default,
        (int Count, TopKResults Results) k = default)
        where TKernel : IRowKernel
    {
        Shape.IsTemperature(temperature);
        Shape.IsBias(bias, classes);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);

        fixed (float* logitsPointer = logits, output = results, biasPointer = bias)
        fixed (int* indicesPointer = indices)
        fixed (byte* labelsPointer = labels)
        {
            var job = new RowJob
            {
                Logits = logitsPointer,
                Rows = rows,
                Classes = classes,
                Stride = classes,
                Scale = new Scale(temperature, biasPointer),
                Output = output,
                Indices = indicesPointer,
                Labels = labelsPointer,
                K = k.Count,
                Results = k.Results,
            };
            return RowDispatch.Run<TKernel>(job, threads);
        }
    }
}
