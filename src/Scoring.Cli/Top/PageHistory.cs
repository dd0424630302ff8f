namespace Scoring.Cli.Top;

/// <summary>The pages of the last minute, all of one process of the service.</summary>
internal sealed class PageHistory
{
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(1);

    private readonly Queue<MetricsPage> _pages = new();

    private MetricsPage? _latest;

    /// <summary>What happened lately; null until there are two pages of one process.</summary>
    public TopFigures? Figures { get; private set; }

    /// <summary>When the latest page was read.</summary>
    public TimeSpan? At => _latest?.At;

    /// <returns>Whether the service was started anew since the page before, so that there is nothing to compare with.</returns>
    public bool Add(MetricsPage page)
    {
        var hasRestarted = _latest is not null && page.HasRestartedSince(_latest);
        if (hasRestarted)
        {
            _pages.Clear();
            _latest = null;
        }

        while (_pages.Count > 1 && page.At - _pages.Peek().At > Length)
        {
            _pages.Dequeue();
        }

        Figures = _latest is null ? null : TopFigures.Between(_pages.Peek(), _latest, page);
        _pages.Enqueue(page);
        _latest = page;
        return hasRestarted;
    }
}
