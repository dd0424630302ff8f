using Scoring.Kernels.Rows;

namespace Scoring.Heads;

/// <summary>How rows are scored: by which head, and how many at once.</summary>
public readonly record struct HeadPlan
{
    /// <param name="head">What is made of each row.</param>
    /// <param name="rows">How many there are.</param>
    /// <param name="classes">Logits in a row, at least 1: as many as the head has classes, where it has a width.</param>
    /// <exception cref="ArgumentException">The head does not fit rows of this width, or has a value that no head has.</exception>
    /// <exception cref="ArgumentOutOfRangeException">rows is below 0, classes below 1, or their product over 2³¹ − 1.</exception>
    public HeadPlan(HeadDefinition head, int rows, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)rows * classes, int.MaxValue, nameof(rows));
        head.Check(classes);
        (Head, Rows, Classes, Temperature) = (head, rows, classes, head.Temperature);
    }

    /// <summary>What is made of each row.</summary>
    /// <exception cref="InvalidOperationException">The plan was not made by its constructor.</exception>
    public HeadDefinition Head
    {
        get => field ?? throw new InvalidOperationException("A plan has a head; this one was not made by its constructor.");
        private init;
    }

    /// <summary>How many rows there are.</summary>
    public int Rows { get; }

    /// <summary>Logits in a row.</summary>
    public int Classes { get; private init; }

    /// <summary>What logits are divided by, the head's own unless another is given: positive and finite.</summary>
    public float Temperature { get; init; }

    /// <summary>k of <see cref="HeadKernels.TopK"/>, for each row or each group of each row: no more than it has classes.</summary>
    public int TopK { get; init; } = 1;

    /// <summary>How many threads may share the work; little work stays on the caller's whatever is allowed.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Softmaxes in a row: what there is one of for each row is there this many times.</summary>
    public int Distributions => Math.Max(1, Head.Groups.Length);

    /// <summary>Whether a row is several softmaxes side by side.</summary>
    public bool HasGroups => Head.Groups.Length > 0;

    /// <summary>As if a group were all of the row.</summary>
    internal HeadPlan Of(HeadGroup group) => this with { Head = group.Head, Classes = group.Width };

    /// <summary>As if a row had no more classes than these; of a head without biases.</summary>
    internal HeadPlan OfBest(int classes) => this with { Classes = classes };

    /// <exception cref="ArgumentException">The lengths do not fit together, or what is written overlaps what is read.</exception>
    internal void Check<T>(ReadOnlySpan<float> logits, ReadOnlySpan<T> results, int expected, string what)
        where T : unmanaged
    {
        Shape.HasLength(logits.Length, Rows * Classes, "rows × classes");
        Shape.HasLength(results.Length, expected, what);
        Shape.IsApart(results, logits);
        Shape.IsApart<T, float>(results, Head.Bias);
    }
}
