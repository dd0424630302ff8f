namespace Scoring.Cli.Files;

/// <summary>A column of a table of scores.</summary>
/// <param name="Name">What its header says.</param>
/// <param name="IsText">Whether it holds labels; a number otherwise.</param>
internal readonly record struct ScoreColumn(string Name, bool IsText = false);
