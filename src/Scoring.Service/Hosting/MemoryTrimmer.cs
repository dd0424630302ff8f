using System.Runtime;
using Microsoft.Extensions.Options;
using Scoring.Service.Memory;
using Scoring.Service.Settings;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Hosting;

/// <summary>
/// Warns at the start where the limits are more than there is memory for; and after a time of much traffic gives back what it had needed, which the
/// garbage collector does only when it collects, and a service with little to do does not make it.
/// </summary>
internal sealed class MemoryTrimmer(
    HeldMemory held, IOptions<LimitSettings> limits, TimeProvider time, FailureLog failures, ILogger<MemoryTrimmer> logger)
    : IHostedService, IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>Less is not worth a collection.</summary>
    private const long WorthBytes = 64 << 20;

    /// <summary>Checks at which so little is held, one after the other, until traffic is over.</summary>
    private const int LooksUntilOver = 3;

    private ITimer? _timer;
    private long _most;
    private int _checks;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (MemorySum.Of(limits.Value).Problem(limits.Value) is { } problem)
        {
            Log.MemoryTooSmall(logger, problem);
        }

        if (OpenFiles.Problem(limits.Value.Connections) is { } tooFew)
        {
            Log.FilesTooFew(logger, tooFew);
        }

        _timer = PeriodicCheck.Start(time, Period, Period, "what memory is held", Check, failures);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _timer?.Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => _timer?.Dispose();

    private void Check()
    {
        var now = held.Bytes;
        _most = Math.Max(_most, now);
        _checks = _most - now > WorthBytes && now < _most / 4 ? _checks + 1 : 0;
        if (_checks == LooksUntilOver)
        {
            (_most, _checks) = (now, 0);
            held.Trim();
            GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }
}
