using System.Collections.Concurrent;

namespace Scoring.Service.Evaluation;

/// <summary>
/// What computes for seconds at the end of an Evaluate or Calibrate call. It has threads of its own, one fewer than there are processors: on the
/// pool's, of which there are as many as processors, a few of them would have all other calls wait. They are there from the start, because a thread
/// may be what there is no more room for later.
/// </summary>
internal sealed class LongWork : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];

    public LongWork()
    {
        var threads = Math.Max(1, Environment.ProcessorCount - 1);
        Turns = new SemaphoreSlim(threads);
        for (var i = 0; i < threads; i++)
        {
            new Thread(Work) { IsBackground = true, Name = "scoring long work" }.Start();
        }
    }

    /// <summary>One for each thread that has nothing to do.</summary>
    public SemaphoreSlim Turns { get; }

    /// <param name="work">What to compute, once it is its turn.</param>
    /// <param name="stop">Ends the wait.</param>
    public async Task<T> RunAsync<T>(Func<T> work, CancellationToken stop)
    {
        await Turns.WaitAsync(stop);
        try
        {
            var computing = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
            _work.Add(
                () =>
                {
                    try
                    {
                        computing.SetResult(work());
                    }
#pragma warning disable CA1031 // It is thrown where the result is waited for.
                    catch (Exception exception)
#pragma warning restore CA1031
                    {
                        computing.SetException(exception);
                    }
                },
                CancellationToken.None);
            return await computing.Task;
        }
        finally
        {
            Turns.Release();
        }
    }

    /// <summary>The threads end once they have done what they have.</summary>
    public void Dispose()
    {
        _work.CompleteAdding();
        Turns.Dispose();
    }

    private void Work()
    {
        foreach (var work in _work.GetConsumingEnumerable())
        {
            work();
        }
    }
}
