using Scoring.Service.Telemetry;

namespace Scoring.Service.Files;

/// <summary>
/// What is read from files, again whenever they change. Files that cannot be used leave what was read before in force, and one line in the log.
/// </summary>
/// <typeparam name="T">What is read; it never changes.</typeparam>
internal sealed class WatchedFiles<T> : BackgroundService
    where T : class
{
    private readonly string _name;
    private readonly FileChanges _files;
    private readonly Func<T> _read;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;
    private readonly ScoringMetrics _metrics;
    private readonly ILogger _logger;
    private volatile T _current;

    /// <summary>What the files were last refused for; empty where they were not.</summary>
    private string _refusedFor = string.Empty;

    /// <param name="name">What is read, for the log and the metric: one of <see cref="ScoringMetrics.Files"/>.</param>
    /// <param name="files">Where it is read from.</param>
    /// <param name="read">Reads it; where it cannot, an <see cref="InvalidDataException"/> says which file is wrong, and how.</param>
    /// <param name="interval">The time between two looks at the files.</param>
    /// <param name="time">The clock.</param>
    /// <param name="metrics">Where changes are counted.</param>
    /// <param name="logger">Where changes are told.</param>
    public WatchedFiles(
        string name, IReadOnlyList<string> files, Func<T> read, TimeSpan interval, TimeProvider time, ScoringMetrics metrics, ILogger<WatchedFiles<T>> logger)
    {
        (_name, _files, _read, _interval, _time, _metrics, _logger) = (name, new FileChanges(() => files, time), read, interval, time, metrics, logger);
        // Before the reading, so that no change is missed.
        _files.TakeAsKnown();
        _current = read();
    }

    /// <summary>What was last read.</summary>
    public T Current => _current;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                Poll();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // A host that is disposed without having been stopped would take this for a fault.
        }
    }

    private void Poll()
    {
        try
        {
            if (_files.Look())
            {
                Reload();
            }
        }
        catch (Exception exception)
        {
            // Such as that there is no memory. The next look may find some, and a look that fails must not end the service.
            Log.PollFailed(_logger, exception, _name);
        }
    }

    private void Reload()
    {
        try
        {
            _current = _files.Problem is { } problem ? throw new InvalidDataException(problem) : _read();
            _files.Accept();
            _refusedFor = string.Empty;
            Log.FilesAccepted(_logger, _name);
            _metrics.FilesReloaded(_name, "accepted");
        }
        catch (Exception exception)
        {
            // Whatever is wrong with the files, what was read before stays in force.
            if (_files.Refuse() && exception.Message != _refusedFor)
            {
                _refusedFor = exception.Message;
                Log.FilesRefused(_logger, _name, exception.Message);
                _metrics.FilesReloaded(_name, "refused");
            }
        }
    }
}
