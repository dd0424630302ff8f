using Scoring.Heads;
using Scoring.V1;

namespace Scoring.Service.Heads;

/// <summary>What stands at the end of a model: what becomes of a row of logits.</summary>
internal sealed record HeadDefinition
{
    /// <summary>What requests name it by.</summary>
    public required string Name { get; init; }

    /// <summary>What it makes of a row.</summary>
    public required Activation Activation { get; init; }

    /// <summary>The width of its rows; 0 for any width.</summary>
    public int Classes { get; init; }

    /// <summary>One for each class; empty where it has none.</summary>
    public LabelTable Labels { get; init; } = LabelTable.Empty;

    /// <summary>What logits are divided by, unless a request says otherwise.</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>What is added to each class after the division; empty for nothing.</summary>
    public float[] Bias { get; init; } = [];

    /// <summary>The least probability that counts as a yes in a decision.</summary>
    public float Threshold { get; init; }

    /// <summary>Widths of the softmaxes that stand side by side in a row; empty for one over the whole row.</summary>
    public int[] Groups { get; init; } = [];

    /// <summary>Counts the configurations that have been in force; 0 for the built-in heads.</summary>
    public ulong Revision { get; init; }

    /// <summary>Each group as a head of its own; none where there are no groups. Made once: <c>with</c> keeps them, so give it groups and bias at once.</summary>
    public HeadGroup[] Parts => field ??= Split();

    /// <param name="withClasses">Whether with what there is for each class, which of many classes is a lot.</param>
    public Head ToMessage(bool withClasses = true)
    {
        var head = new Head
        {
            Name = Name,
            Activation = Activation,
            Classes = (uint)Classes,
            Temperature = Temperature,
            Threshold = Threshold,
            Revision = Revision,
            HasLabels = Labels.Count > 0,
            HasBias = Bias.Length > 0,
        };
        if (withClasses)
        {
            head.Labels.AddRange(Labels);
            head.Bias.AddRange(Bias);
        }

        head.Groups.AddRange(Groups.Select(width => (uint)width));
        return head;
    }

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
