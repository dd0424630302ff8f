using System.Runtime.InteropServices;
using Scoring.Protocol;

namespace Scoring.Client;

/// <summary>
/// The answer to one <see cref="ScoreRequest"/>. Its spans lie in pooled memory: dispose the result when done with them, and
/// copy what must live longer. A result that is never disposed is collected like any object, only at a higher price.
/// </summary>
public sealed class ScoreResult : IDisposable
{
    private PooledScoreResponse? _response;

    internal ScoreResult(PooledScoreResponse response)
    {
        _response = response;
        Id = response.Id;
        Error = response.Error is null ? null : ScoreError.From(response.Error);
    }

    /// <summary>The request's id.</summary>
    public ulong Id { get; }

    /// <summary>Why the message could not be scored; null where it was. Reading results of such a message throws.</summary>
    public ScoreError? Error { get; }

    /// <summary>Rows that were scored.</summary>
    public int Rows => (int)Scored.Rows;

    /// <summary>Classes in a row.</summary>
    public int Classes => (int)Scored.Classes;

    /// <summary>rows × classes scores, row-major; what they are depends on the head.</summary>
    public ReadOnlySpan<float> Scores => Scored.Scores.Span;

    /// <summary>
    /// rows × k class indices, best first; of a head with groups rows × groups × k, each an index in the whole row. −1 for a row that has no score.
    /// </summary>
    public ReadOnlySpan<int> TopIndices => MemoryMarshal.Cast<uint, int>(Scored.TopIndices.Span);

    /// <summary>The scores of <see cref="TopIndices"/>.</summary>
    public ReadOnlySpan<float> TopScores => Scored.TopScores.Span;

    /// <summary>The labels of <see cref="TopIndices"/>; empty for a row that has no score.</summary>
    public IReadOnlyList<string> TopLabels => Scored.TopLabels;

    /// <summary>log Σ exp(x) of each row, or of each group of each row, nats.</summary>
    public ReadOnlySpan<float> LogSumExp => Scored.LogSumExp.Span;

    /// <summary>−Σ p log p of each row, or of each group of each row, nats.</summary>
    public ReadOnlySpan<float> Entropy => Scored.Entropy.Span;

    /// <summary>The loss of each row, or of each group of each row, against its target, nats.</summary>
    public ReadOnlySpan<float> Losses => Scored.Losses.Span;

    /// <summary>rows × classes of 0 or 1.</summary>
    public ReadOnlySpan<uint> Decisions => Scored.Decisions.Span;

    /// <summary>Rows that have no score, ascending.</summary>
    public ReadOnlySpan<int> InvalidRows => MemoryMarshal.Cast<uint, int>(Scored.InvalidRows.Span);

    /// <summary>How the message was handled.</summary>
    public ScoreReceipt Receipt => new(
        Nanoseconds(Scored.QueueNs), Nanoseconds(Scored.KernelNs), (int)Scored.BatchRows, Scored.HeadRevision);

    private PooledScoreResponse Scored
    {
        get
        {
            ObjectDisposedException.ThrowIf(_response is null, this);
            EnsureScored();
            return _response;
        }
    }

    /// <summary>The scores of one row.</summary>
    public ReadOnlySpan<float> ScoresOf(int row) => Scores.Slice(row * Classes, Classes);

    /// <summary>Throws what <see cref="Error"/> says, where it says something.</summary>
    /// <exception cref="ScoringException">The message could not be scored.</exception>
    public void EnsureScored()
    {
        if (Error is not null)
        {
            throw new ScoringException(Id, Error);
        }
    }

    /// <summary>Gives the memory back. The spans must not be used afterwards.</summary>
    public void Dispose() => Interlocked.Exchange(ref _response, null)?.Dispose();

    private static TimeSpan Nanoseconds(ulong ns) => TimeSpan.FromTicks((long)(ns / TimeSpan.NanosecondsPerTick));
}
