namespace Scoring.Heads;

/// <summary>One of the softmaxes that stand side by side in a row.</summary>
/// <param name="Start">The class of the row that it begins with.</param>
/// <param name="Head">What it is by itself.</param>
internal sealed record HeadGroup(int Start, HeadDefinition Head)
{
    public int Width => Head.Classes;

    /// <summary>The class after its last.</summary>
    public int End => Start + Width;
}
