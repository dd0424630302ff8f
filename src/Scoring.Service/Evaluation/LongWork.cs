using Scoring.Service.Streaming;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Evaluation;

/// <summary>What computes for seconds at the end of an Evaluate or Calibrate call, on one thread fewer than there are processors.</summary>
internal sealed class LongWork(FailureLog failures) : IDisposable
{
    /// <summary>Where it computes.</summary>
    public TurnThreads Threads { get; } = new("scoring long work", Math.Max(1, Environment.ProcessorCount - 1), failures);

    /// <param name="work">What to compute, once it is its turn.</param>
    /// <param name="holder">Whose turn it is to be (<see cref="Security.Callers.HolderOf"/>).</param>
    /// <param name="stop">Ends the wait.</param>
    public async Task<T> RunAsync<T>(Func<T> work, object holder, CancellationToken stop)
    {
        await Threads.TurnOf(holder, stop);
        return work();
    }

    public void Dispose() => Threads.Dispose();
}
