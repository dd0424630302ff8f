namespace Scoring.Cli.Files;

/// <summary>The scores of some rows, and what else was asked for. Valid until the message's memory is given back.</summary>
internal readonly ref struct ScoredRows
{
    public required int Rows { get; init; }

    /// <summary>Scores in a row.</summary>
    public required int Classes { get; init; }

    /// <summary>rows × classes; empty where only the best were asked for.</summary>
    public ReadOnlySpan<float> Scores { get; init; }

    /// <summary>rows × classes of 0 or 1; empty where they were not asked for.</summary>
    public ReadOnlySpan<uint> Decisions { get; init; }

    /// <summary>rows × k class indices, best first; empty where they were not asked for.</summary>
    public ReadOnlySpan<int> TopIndices { get; init; }

    /// <summary>Those of <see cref="TopIndices"/>.</summary>
    public ReadOnlySpan<float> TopScores { get; init; }
}
