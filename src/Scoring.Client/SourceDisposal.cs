namespace Scoring.Client;

/// <summary>Disposes a caller's source, which may be only while it stands still.</summary>
internal static class SourceDisposal
{
    /// <summary>What a source that takes its token needs to come to a stand, and far more.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Disposes a source that was told to stop. One that takes no notice may wait for its caller, who would wait here for it: it is left to itself,
    /// and disposed when it has come to a stand.
    /// </summary>
    /// <param name="source">The caller's.</param>
    /// <param name="moving">Its last move.</param>
    public static async ValueTask DisposeAsync<T>(IAsyncEnumerator<T> source, Task moving)
    {
        await moving.WaitAsync(Patience, TimeProvider.System, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (moving.IsCompleted)
        {
            // It may have failed, which whoever moved it has been told.
            await moving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await source.DisposeAsync().ConfigureAwait(false);
            return;
        }

        _ = DisposeLateAsync(source, moving);
    }

    private static async Task DisposeLateAsync<T>(IAsyncEnumerator<T> source, Task moving)
    {
        await moving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await source.DisposeAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Its caller has long gone on, so that there is nobody to tell.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
