using Scoring.Kernels.Rows;

namespace Scoring.Heads;

/// <summary>What holds for all rows that are measured together.</summary>
/// <param name="Head">A head of one softmax or log-softmax, or of sigmoids.</param>
/// <param name="Classes">How many logits make a row, at least 1: as many as the head has classes, where it has a width.</param>
/// <param name="Temperature">What logits are divided by, whatever the head's own is: positive and finite.</param>
public sealed record EvaluationPlan(HeadDefinition Head, int Classes, float Temperature)
{
    /// <summary>Whether a row has a target for each class, 0 or 1, and not one class as its target.</summary>
    public bool IsPerLabel => Head.Activation.IsMultilabel();

    /// <summary>Targets of a row.</summary>
    public int TargetsPerRow => IsPerLabel ? Classes : 1;

    /// <exception cref="ArgumentException">The head cannot be measured, or does not fit.</exception>
    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Classes, 1);
        if (!Head.Activation.HasProbabilities() || Head.Groups.Length > 0)
        {
            throw new ArgumentException(
                $"Head '{Head.Name}' is linear or has groups; only a head of one softmax, or of sigmoids, is measured.", nameof(Head));
        }

        Head.Check(Classes);
        Shape.IsTemperature(Temperature);
    }

    /// <returns>How many rows there are.</returns>
    /// <exception cref="ArgumentException">They are not whole rows with a target, or targets, for each.</exception>
    internal int CheckRows(ReadOnlySpan<float> logits, ReadOnlySpan<uint> targets)
    {
        var (rows, rest) = Math.DivRem(logits.Length, Classes);
        if (rest != 0)
        {
            throw new ArgumentException($"{logits.Length} values are not whole rows of {Classes} classes.", nameof(logits));
        }

        if (targets.Length != (long)rows * TargetsPerRow)
        {
            throw new ArgumentException(
                $"Expected {(long)rows * TargetsPerRow} targets, {TargetsPerRow} for each row; there are {targets.Length}.", nameof(targets));
        }

        var greatest = IsPerLabel ? 1 : (uint)Classes - 1;
        return targets.IndexOfAnyExceptInRange(0u, greatest) is var wrong and >= 0
            ? throw new ArgumentOutOfRangeException(
                nameof(targets), targets[wrong], $"The target of row {wrong / TargetsPerRow} is not from 0 to {greatest}.")
            : rows;
    }
}
