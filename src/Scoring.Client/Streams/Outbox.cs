using System.Diagnostics;
using Scoring.Protocol;

namespace Scoring.Client.Streams;

/// <summary>
/// What a stream sends next: what an earlier call has left without an answer, then what the caller's source yields, as the window has room for
/// it. It is of one call after another. A wait may be given up with its call, and the next call takes it up where it was.
/// </summary>
/// <param name="source">The caller's. It is owned from now on.</param>
/// <param name="window">Where messages wait for their answers.</param>
/// <param name="spans">Told of each message that is sent.</param>
/// <param name="pool">What is sent comes from it.</param>
internal sealed class Outbox(IAsyncEnumerator<ScoreRequest> source, InFlightWindow window, MessageSpans spans, MessagePool pool) : IAsyncDisposable
{
    /// <summary>What was asked of the source and is not drawn yet. Its end, and its failure, stay what they are.</summary>
    private Task<bool>? _moving;

    /// <summary>What was drawn and has no place in the window yet.</summary>
    private InFlightMessage? _drawn;
    private long _lastNumber;
    private ulong _lastId;

    /// <summary>The numbers of all messages that were drawn from the source and have no answer, in order.</summary>
    public IReadOnlyList<ulong> Unanswered => _drawn is { } drawn ? [.. window.Ids, drawn.Id] : window.Ids;

    /// <summary>
    /// The next message, once there is one and the window has room; null at the end of the source, or where it has thrown. It is the caller's to
    /// dispose.
    /// </summary>
    public async ValueTask<PooledScoreRequest?> TakeAsync(CancellationToken cancellationToken)
    {
        InFlightMessage next;
        if (window.IsOneAtATime)
        {
            await window.TakeTurnAsync(cancellationToken).ConfigureAwait(false);
        }

        while (!window.TrySend(out next))
        {
            if (!await WaitAsync(cancellationToken).ConfigureAwait(false))
            {
                return null;
            }

            if (_drawn is { } drawn)
            {
                await window.EnterAsync(drawn, cancellationToken).ConfigureAwait(false);
                _drawn = null;
            }
        }

        return RequestMessage.Rent(pool, next.Request, next.Id, spans.Sent(next.Request.Caller ?? Activity.Current, next));
    }

    /// <summary>Whether the next message is at hand and has room, so that it can be taken without a wait.</summary>
    public bool IsAtHand()
    {
        if (window.IsOneAtATime)
        {
            return false;
        }

        if (window.HasUnsent)
        {
            return true;
        }

        if (_drawn is null && Move() is { IsCompletedSuccessfully: true, Result: true })
        {
            Draw();
        }

        if (_drawn is not { } drawn || !window.TryEnter(drawn))
        {
            return false;
        }

        _drawn = null;
        return true;
    }

    /// <summary>
    /// Waits until there is anything to send, whether or not it has room; false where the source has ended, or has thrown: what came before that
    /// is answered first.
    /// </summary>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        if (_drawn is not null || window.HasUnsent)
        {
            return true;
        }

        var moving = Move();
        await ((Task)moving).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        if (!moving.IsCompletedSuccessfully || !await moving.ConfigureAwait(false))
        {
            return false;
        }

        Draw();
        return true;
    }

    /// <summary>Throws what the source has thrown, where it has.</summary>
    public Task ThrowIfFailedAsync() => _moving is { IsCompleted: true } moving ? moving : Task.CompletedTask;

    /// <summary>Ends the source, which must have been told to stop.</summary>
    public ValueTask DisposeAsync() => SourceDisposal.DisposeAsync(source, _moving ?? Task.CompletedTask);

    /// <summary>Asks the source for the next message, or goes on waiting for it.</summary>
    private Task<bool> Move() => _moving ??= MoveAsync();

    private async Task<bool> MoveAsync()
    {
        if (!await source.MoveNextAsync().ConfigureAwait(false))
        {
            return false;
        }

        // Of what the source yields, too, the fault is the source's.
        RequestMessage.Check(source.Current, "requests", _lastNumber + 1);
        return true;
    }

    private void Draw()
    {
        var request = source.Current;
        _drawn = new InFlightMessage(request, request.Id ?? ++_lastId, ++_lastNumber);
        _moving = null;
    }
}
