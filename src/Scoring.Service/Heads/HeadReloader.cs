using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Scoring.Heads;
using Scoring.Service.Files;
using Scoring.Service.Settings;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Heads;

/// <summary>
/// Follows the configuration while the service runs. Good heads are swapped in all at once; bad ones are refused all at once, and
/// those in force keep serving.
/// </summary>
internal sealed class HeadReloader(
    HeadReader reader,
    HeadRegistry heads,
    IOptions<FileSettings> settings,
    ScoringMetrics metrics,
    TimeProvider time,
    ILogger<HeadReloader> logger,
    HeadsFileProvider? headsFile = null) : FilePoll("heads", settings.Value, time, logger)
{
    private readonly Lock _oneAtATime = new();
    private volatile IReadOnlyList<string> _labelsFiles = [];
    private IDisposable? _changes;

    /// <summary>What the last configuration was refused for; empty where it was not.</summary>
    private string _refusedFor = string.Empty;

    /// <summary>Puts the first heads in force, before the server listens.</summary>
    /// <exception cref="OptionsValidationException">They turned bad since they were looked at.</exception>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the first look, so that no change is missed.
        _changes = ChangeToken.OnChange(reader.GetReloadToken, () => Reload());
        lock (_oneAtATime)
        {
            var read = reader.Read();
            if (read.Problems.Count > 0)
            {
                throw new OptionsValidationException(Options.DefaultName, typeof(HeadsAtStart), read.Problems);
            }

            _labelsFiles = read.LabelsFiles;
            heads.Swap(new HeadSnapshot(read.Heads, revision: 1));
        }

        return base.StartAsync(cancellationToken);
    }

    /// <summary>Some lines of a file of labels would be labels as well, so a change waits for the next look.</summary>
    private FileChanges Changes => field ??= new FileChanges(WatchedFiles, Time, waits: true);

    public override void Dispose()
    {
        _changes?.Dispose();
        base.Dispose();
    }

    protected override void Check()
    {
        if (Changes.Check())
        {
            headsFile?.Load();
            Reload(Changes);
        }
    }

    private IEnumerable<string> WatchedFiles() => headsFile is null ? _labelsFiles : _labelsFiles.Prepend(headsFile.Path);

    /// <summary>
    /// Brings the heads to what configuration says now. Where it says nothing new it does nothing, so one change may be told of twice.
    /// </summary>
    /// <param name="files">The files whose change it is; null where it is of other configuration.</param>
    private void Reload(FileChanges? files = null)
    {
        lock (_oneAtATime)
        {
            var (problems, read) = Read();
            if (problems.Count == 0)
            {
                files?.Accept();
                Accept(read);
            }
            else if (files?.Refuse() != false)
            {
                Refuse(string.Join("; ", problems));
            }
        }
    }

    private void Accept(IReadOnlyList<HeadDefinition> read)
    {
        var next = new HeadSnapshot(read, heads.Current.Revision + 1);
        var isNew = !next.HasTheHeadsOf(heads.Current);
        if (isNew)
        {
            heads.Swap(next);
        }

        if (isNew || _refusedFor.Length > 0)
        {
            Log.HeadsAccepted(Logger, heads.Current.Revision, read.Count);
            metrics.HeadsReloaded("accepted");
        }

        _refusedFor = string.Empty;
    }

    private void Refuse(string problems)
    {
        if (problems != _refusedFor)
        {
            _refusedFor = problems;
            Log.HeadsRefused(Logger, heads.Current.Revision, problems);
            metrics.HeadsReloaded("refused");
        }
    }

    private (IReadOnlyList<string> Problems, IReadOnlyList<HeadDefinition> Heads) Read()
    {
        try
        {
            var read = reader.Read();
            _labelsFiles = read.LabelsFiles;
            return (read.Problems, read.Heads);
        }
        catch (Exception exception)
        {
            // Whatever is wrong with a configuration, the heads in force keep serving.
            return ([$"Scoring:Heads cannot be read: {exception.Message}"], []);
        }
    }
}
