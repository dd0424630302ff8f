namespace Scoring.Heads;

/// <summary>What stands at the end of a model: what becomes of a row of logits. Each is divided by the temperature, its class's bias is added, and the activation is taken of it.</summary>
/// <remarks>Lengths are not held against each other here; <see cref="HeadJson"/> does so, and what uses a head refuses one that does not fit.</remarks>
public sealed record HeadDefinition
{
    /// <summary>Characters that a name has at most.</summary>
    internal const int MaxNameLength = 256;

    /// <summary>What requests name it by.</summary>
    public required string Name { get; init; }

    /// <summary>What it makes of a row.</summary>
    public required Activation Activation { get; init; }

    /// <summary>The width of its rows, which is how many logits each has; 0 for any width.</summary>
    public int Classes { get; init; }

    /// <summary>One for each class; empty where it has none.</summary>
    public LabelTable Labels { get; init; } = LabelTable.Empty;

    /// <summary>What logits are divided by, unless a request says otherwise: positive and finite.</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>What is added to each class after the division, one finite value for each; empty for nothing.</summary>
    public float[] Bias { get; init; } = [];

    /// <summary>The least probability that counts as a yes in a decision, 0 to 1.</summary>
    public float Threshold { get; init; }

    /// <summary>Widths of the softmaxes that stand side by side in a row, from its first class on; empty for one over the whole row.</summary>
    public int[] Groups { get; init; } = [];

    /// <summary>Counts the configurations that have been in force; 0 for the built-in heads.</summary>
    internal ulong Revision { get; init; }

    /// <summary>Each group as a head of its own; none where there are no groups. Made once: <c>with</c> keeps them, so give it groups and bias at once.</summary>
    internal HeadGroup[] Parts => field ??= Split();

    private HeadGroup[] Split()
    {
        var parts = new HeadGroup[Groups.Length];
        var start = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            var width = Groups[i];
            float[] bias = Bias.Length == 0 ? [] : Bias[start..(start + width)];
            var head = new HeadDefinition { Name = Name, Activation = Activation, Classes = width, Temperature = Temperature, Threshold = Threshold, Bias = bias };
            parts[i] = new HeadGroup(start, head);
            start += width;
        }

        return parts;
    }
}
