namespace Scoring.Service.Evaluation;

/// <summary>
/// What computes for seconds at the end of an Evaluate or Calibrate call. It has threads of its own, one fewer than there are processors: on the
/// pool's, of which there are as many as processors, a few of them would have all other calls wait.
/// </summary>
internal sealed class LongWork : IDisposable
{
    public SemaphoreSlim Turns { get; } = new(Math.Max(1, Environment.ProcessorCount - 1));

    /// <param name="work">What to compute, once it is its turn.</param>
    /// <param name="stop">Ends the wait.</param>
    public async Task<T> RunAsync<T>(Func<T> work, CancellationToken stop)
    {
        await Turns.WaitAsync(stop);
        try
        {
            return await Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        finally
        {
            Turns.Release();
        }
    }

    public void Dispose() => Turns.Dispose();
}
