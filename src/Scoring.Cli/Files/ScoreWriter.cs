namespace Scoring.Cli.Files;

/// <summary>Writes rows of scores to a stream.</summary>
internal abstract class ScoreWriter
{
    /// <summary>Writes whole rows, row-major.</summary>
    public abstract void Write(ReadOnlySpan<float> scores);

    /// <summary>Writes what is still to be written once every row is there.</summary>
    public abstract void Complete();
}
