using System.Globalization;
using Scoring.Service.Calls;
using Scoring.V1;

namespace Scoring.Service.Security;

/// <summary>What one caller has sent lately, over all its calls.</summary>
/// <param name="messages">Null where messages are not limited.</param>
/// <param name="rows">Null where rows are not limited.</param>
/// <param name="isShared">Whether it is that of all for whom there was no other.</param>
internal sealed class CallerLimit(TokenBucket? messages, TokenBucket? rows, bool isShared)
{
    private volatile bool _isForgotten;

    public double MessagesPerSecond => messages?.PerSecond ?? 0;

    public double RowsPerSecond => rows?.PerSecond ?? 0;

    /// <summary>Whether there is nothing to remember of the caller.</summary>
    public bool IsIdle => messages?.IsFull != false && rows?.IsFull != false;

    /// <summary>Whether the caller may have another account by now, or need one.</summary>
    public bool MayChange => _isForgotten || isShared;

    public void Forget() => _isForgotten = true;

    /// <summary>Counts a message; the error that it is answered with where it is one too many.</summary>
    public Error? TakeMessage() => Take(messages, 1, "messages");

    /// <summary>Counts rows; the error that their message is answered with where the caller's rows are used up.</summary>
    public Error? TakeRows(int count) => Take(rows, count, "rows");

    private static Error? Take(TokenBucket? bucket, int count, string what) => bucket is null || bucket.TryTake(count, out var retryAfterMs)
        ? null
        : ScoringErrors.Exhausted(
            string.Create(CultureInfo.InvariantCulture, $"the caller's limit is {bucket.PerSecond} {what} a second"), retryAfterMs);
}
