namespace Scoring.Cli.Files;

/// <summary>Writes rows of scores to a stream.</summary>
internal abstract class ScoreWriter
{
    /// <summary>Takes whole rows.</summary>
    public abstract void Write(in ScoredRows rows);

    /// <summary>Lets go of what has gathered, where that is much: called after each <see cref="Write"/>.</summary>
    public virtual Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Writes what is still to be written once every row is there.</summary>
    public abstract Task CompleteAsync(CancellationToken cancellationToken);
}
