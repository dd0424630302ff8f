using Grpc.Core;
using Scoring.Client;
using Scoring.V1;

namespace Scoring.Cli;

/// <summary>
/// Holds what the service answers with against the head that a run began with: a service takes on other heads while it runs, and what was
/// made with two of them must not be taken for one.
/// </summary>
/// <param name="client">The service.</param>
/// <param name="first">The head as it was when the run began, with what it has for each class.</param>
internal sealed class HeadWatch(ScoringClient client, Head first)
{
    /// <summary>A proxy may hand each call to another replica: enough calls for those that differ to be among them.</summary>
    private const int Asks = 8;

    private ulong _revision = first.Revision;

    /// <summary>Holds an answer's revision against the head's.</summary>
    /// <param name="revision">The revision of the head that the answer was made with.</param>
    /// <param name="rows">Rows that were answered before.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="InvalidDataException">The head was changed.</exception>
    public async ValueTask CheckAsync(ulong revision, long rows, CancellationToken cancellationToken)
    {
        // Revisions count the changes to all heads of one process: this head may be as it was, under another number in each.
        for (var asked = 0; revision != _revision && asked < Asks; asked++)
        {
            _revision = await RequireAsBeforeAsync(rows, cancellationToken).ConfigureAwait(false);
        }

        _revision = revision;
    }

    /// <summary>Asks for the head again, whatever the revisions: a service that was started anew counts from 1, whatever its heads are.</summary>
    /// <param name="rows">Rows that were answered.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="InvalidDataException">The head was changed.</exception>
    public async ValueTask CheckEndAsync(long rows, CancellationToken cancellationToken)
    {
        // Nothing changes a built-in head.
        for (var asked = 0; first.Revision > 0 && asked < Asks; asked++)
        {
            await RequireAsBeforeAsync(rows, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <returns>The revision of the head that was asked for, which is as it was.</returns>
    private async Task<ulong> RequireAsBeforeAsync(long rows, CancellationToken cancellationToken) =>
        await AskAsync(cancellationToken).ConfigureAwait(false) is { } now && IsAsBefore(now) ? now.Revision : throw Changed(rows);

    private bool IsAsBefore(Head now) => new Head(now) { Revision = first.Revision }.Equals(first);

    private InvalidDataException Changed(long rows) => new(
        $"head '{first.Name}' was changed: after {Plural.Of(rows, "row")} it is not what it was before the first; run this again");

    /// <summary>The head as it is now; null where there is none any more.</summary>
    private async Task<Head?> AskAsync(CancellationToken cancellationToken)
    {
        try
        {
            var request = new ListHeadsRequest { Heads = { first.Name }, WithClasses = true };
            return (await client.ListHeadsAsync(request, cancellationToken).ConfigureAwait(false)).Heads[0];
        }
        catch (ScoringException exception) when (exception.Error.Code == StatusCode.NotFound)
        {
            return null;
        }
    }
}
