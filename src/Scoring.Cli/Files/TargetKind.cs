namespace Scoring.Cli.Files;

/// <summary>What a row's target is.</summary>
internal enum TargetKind
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>One class of those that exclude each other.</summary>
    Class,

    /// <summary>0 or 1 for each label.</summary>
    Labels,
}
