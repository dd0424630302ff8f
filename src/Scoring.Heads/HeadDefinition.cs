using System.Globalization;
using Scoring.Kernels.Rows;

namespace Scoring.Heads;

/// <summary>
/// What stands at the end of a model: what becomes of a row of logits. Each is divided by the temperature, its class's bias is added, and the
/// activation is taken of it.
/// </summary>
/// <remarks>
/// Nothing is held against anything here; <see cref="HeadJson"/> does so, and what uses a head refuses one that does not fit. Its arrays are not to
/// be changed once it is in use: make another by <c>with</c>.
/// </remarks>
public sealed record HeadDefinition
{
    /// <summary>Characters that a name has at most.</summary>
    internal const int MaxNameLength = 256;

    private Use _use = Use.None;

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

    /// <summary>
    /// What is added to each class after the division, one finite value for each, or −∞ for a class that is never to be; empty for nothing.
    /// </summary>
    public float[] Bias { get; init; } = [];

    /// <summary>The least probability that counts as a yes in a decision, 0 to 1.</summary>
    public float Threshold { get; init; }

    /// <summary>Widths of the softmaxes that stand side by side in a row, from its first class on; empty for one over the whole row.</summary>
    public int[] Groups { get; init; } = [];

    /// <summary>Counts the configurations that have been in force; 0 for the built-in heads.</summary>
    internal ulong Revision { get; init; }

    /// <summary>Each group as a head of its own; none where there are no groups.</summary>
    internal HeadGroup[] Parts => InUse.Parts;

    /// <exception cref="ArgumentException">It has a value that no head has.</exception>
    private Use InUse => ReferenceEquals(_use.Head, this) ? _use : _use = new Use(this, Split());

    /// <exception cref="ArgumentException">It is not for rows of so many classes, or has a value that no head has.</exception>
    internal void Check(int classes)
    {
        ReadOnlySpan<int> widths = [Classes, Labels.Count, Bias.Length, Groups.Length == 0 ? 0 : Shape.Classes(Groups)];
        foreach (var width in widths)
        {
            if (width > 0 && width != classes)
            {
                throw new ArgumentException($"Head '{Name}' is for {width} classes, not {classes}.", nameof(classes));
            }
        }

        _ = InUse;
    }

    private HeadGroup[] Split()
    {
        if (Array.FindIndex(Bias, bias => float.IsNaN(bias) || float.IsPositiveInfinity(bias)) is var wrong and >= 0)
        {
            throw new ArgumentException(Text($"The bias of head '{Name}' is {Bias[wrong]} for class {wrong}; it must be a number."));
        }

        if (Threshold is not (>= 0 and <= 1))
        {
            throw new ArgumentException(Text($"The threshold of head '{Name}' is {Threshold}; it must be from 0 to 1."));
        }

        if (Groups.Length > 0 && !Activation.IsMulticlass())
        {
            throw new ArgumentException($"Head '{Name}' has groups, each of which is one softmax; its activation is {Activation}.");
        }

        var parts = new HeadGroup[Groups.Length];
        var start = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            var width = Groups[i];
            float[] bias = Bias.Length == 0 ? [] : Bias[start..(start + width)];
            var head = new HeadDefinition
            {
                Name = Name,
                Activation = Activation,
                Classes = width,
                Temperature = Temperature,
                Threshold = Threshold,
                Bias = bias,
            };
            parts[i] = new HeadGroup(start, head);
            start += width;
        }

        return parts;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// What a head is looked over for at its first use. <c>with</c> copies it, so it knows whose it is; and it is no part of what makes two heads the
    /// same.
    /// </summary>
    private sealed class Use(HeadDefinition? head, HeadGroup[] parts)
    {
        public static readonly Use None = new(head: null, []);

        public HeadDefinition? Head => head;

        public HeadGroup[] Parts => parts;

        public override bool Equals(object? other) => other is Use;

        public override int GetHashCode() => 0;
    }
}
