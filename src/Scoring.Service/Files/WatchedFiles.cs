using Scoring.Service.Settings;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Files;

/// <summary>
/// What is read from files, again whenever they change. Files that cannot be used leave what was read before in force, and one line in the log.
/// </summary>
/// <typeparam name="T">What is read; it never changes.</typeparam>
internal sealed class WatchedFiles<T> : FilePoll
    where T : class
{
    private readonly string _name;
    private readonly FileChanges _files;
    private readonly Func<T> _read;
    private readonly ScoringMetrics _metrics;
    private volatile T _current;

    /// <summary>What the files were last refused for; empty where they were not.</summary>
    private string _refusedFor = string.Empty;

    /// <param name="name">What is read, for the log and the metric: one of <see cref="ScoringMetrics.Files"/>.</param>
    /// <param name="files">Where it is read from.</param>
    /// <param name="read">Reads it; where it cannot, an <see cref="InvalidDataException"/> says which file is wrong, and how.</param>
    /// <param name="settings">How often the files are looked at.</param>
    /// <param name="time">The clock.</param>
    /// <param name="metrics">Where changes are counted.</param>
    /// <param name="logger">Where changes are told.</param>
    public WatchedFiles(
        string name, IReadOnlyList<string> files, Func<T> read, FileSettings settings, TimeProvider time, ScoringMetrics metrics,
        ILogger<WatchedFiles<T>> logger)
        : base(name, settings, time, logger)
    {
        (_name, _files, _read, _metrics) = (name, new FileChanges(() => files, time), read, metrics);
        // Before the reading, so that no change is missed.
        _files.TakeAsKnown();
        _current = read();
    }

    /// <summary>What was last read.</summary>
    public T Current => _current;

    protected override void Check()
    {
        if (_files.Check())
        {
            Reload();
        }
    }

    private void Reload()
    {
        try
        {
            _current = _files.Problem is { } problem ? throw new InvalidDataException(problem) : _read();
            _files.Accept();
            _refusedFor = string.Empty;
            Log.FilesAccepted(Logger, _name);
            _metrics.FilesReloaded(_name, "accepted");
        }
        catch (Exception exception)
        {
            // Whatever is wrong with the files, what was read before stays in force.
            if (_files.Refuse() && exception.Message != _refusedFor)
            {
                _refusedFor = exception.Message;
                Log.FilesRefused(Logger, _name, exception.Message);
                _metrics.FilesReloaded(_name, "refused");
            }
        }
    }
}
