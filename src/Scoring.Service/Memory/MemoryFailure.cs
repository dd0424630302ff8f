using System.Runtime.ExceptionServices;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Memory;

/// <summary>
/// Sees every <see cref="OutOfMemoryException"/>, whoever catches it: it may have come at any line, so the process is not trusted with more calls
/// until it has shown that it has memory. Where that takes too long it ends, in order, and something else may take its place.
/// </summary>
internal sealed class MemoryFailure : IHostedService, IDisposable
{
    /// <summary>As much must be there at once for there to be memory again: what a few calls take.</summary>
    private const int ProbeBytes = 16 << 20;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>Checks that find memory, one after the other, until the service is ready again.</summary>
    private const int LooksUntilReady = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly HeldMemory _held;
    private readonly IHostApplicationLifetime _host;
    private readonly TimeProvider _time;
    private readonly ILogger<MemoryFailure> _logger;
    private readonly LogLimiter _limiter;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();

    // There when they are needed.
    private CancellationTokenSource _change = new();
    private CancellationTokenSource _next = new();

    private volatile bool _isOut;
    private volatile bool _met;
    private volatile OutOfMemoryException? _last;
    private int _goodLooks;
    private int _isLooking;
    private long _since;

    public MemoryFailure(HeldMemory held, IHostApplicationLifetime host, TimeProvider time, FailureLog failures, ILogger<MemoryFailure> logger)
    {
        (_held, _host, _time, _logger) = (held, host, time, logger);
        _limiter = new LogLimiter(time);
        _timer = PeriodicCheck.Start(time, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan, "whether there is memory", CheckAlone, failures);
    }

    /// <summary>Whether memory has run out, and is not known to be back.</summary>
    public bool IsOut => _isOut;

    /// <summary>Cancelled when that changes next.</summary>
    public CancellationToken Change
    {
        get
        {
            lock (_lock)
            {
                return _change.Token;
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        AppDomain.CurrentDomain.FirstChanceException += See;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        AppDomain.CurrentDomain.FirstChanceException -= See;
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.FirstChanceException -= See;
        _timer.Dispose();
        _change.Dispose();
        _next.Dispose();
    }

    private void See(object? sender, FirstChanceExceptionEventArgs thrown)
    {
        if (thrown.Exception is OutOfMemoryException exception)
        {
            Met(exception);
        }
    }

    /// <summary>Only takes a note: there is no memory to do more.</summary>
    internal void Met(OutOfMemoryException exception)
    {
        (_last, _met) = (exception, true);
        if (!_isOut)
        {
            _isOut = true;
            _since = _time.GetTimestamp();
            _timer.Change(TimeSpan.Zero, Period);
        }
    }

    /// <summary>
    /// One at a time: where memory is scarce a look takes longer than the period, and many of them would leave the process nothing but their
    /// collections.
    /// </summary>
    private void CheckAlone()
    {
        if (Interlocked.Exchange(ref _isLooking, 1) != 0)
        {
            return;
        }

        try
        {
            Check();
        }
        finally
        {
            Volatile.Write(ref _isLooking, 0);
        }
    }

    private void Check()
    {
        try
        {
            if (_met)
            {
                (_met, _goodLooks) = (false, 0);
                if (_limiter.TryPass(out var heldBack))
                {
                    Log.OutOfMemoryMet(_logger, _last!, heldBack);
                }

                TellChange();
            }

            _held.Trim();
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.KeepAlive(GC.AllocateUninitializedArray<byte>(ProbeBytes));
            if (!_met && ++_goodLooks == LooksUntilReady)
            {
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _isOut = false;
                TellChange();
                Log.MemoryIsBack(_logger);
                if (_met)
                {
                    // It came since the look at it above, when nobody had to be told.
                    Met(_last!);
                }
            }
        }
        catch (OutOfMemoryException)
        {
            _goodLooks = 0;
        }

        if (_isOut && _time.GetElapsedTime(_since) is var elapsed && elapsed > Patience)
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            Environment.ExitCode = 1;
            Log.MemoryStaysOut(_logger, elapsed.TotalSeconds);
            _host.StopApplication();
        }
    }

    private void TellChange()
    {
        CancellationTokenSource told;
        lock (_lock)
        {
            (told, _change, _next) = (_change, _next, new CancellationTokenSource());
        }

        told.Cancel();
    }
}
