using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Scoring.Cli.Top;

/// <summary>One run of <c>scoring top</c>: reads the metrics again and again, and shows what happened in between.</summary>
/// <param name="server">The admin port.</param>
/// <param name="interval">The time between two readings.</param>
/// <param name="once">Whether one view is printed, and nothing else.</param>
internal sealed class TopJob(Uri server, TimeSpan interval, bool once)
{
    private readonly IAnsiConsole _console = AnsiConsole.Console;
    private readonly bool _isLive = !once && AnsiConsole.Console.Profile.Out.IsTerminal;
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly PageHistory _history = new();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        StandardStreams.RequireOutput();
        using var client = new MetricsClient(server, _time);
        // A service that is not there at the start is a mistake; one that goes away later may come back.
        _history.Add(await client.ReadAsync(cancellationToken).ConfigureAwait(false));
        using var timer = new PeriodicTimer(interval, _time);
        if (!_isLive)
        {
            await ShowOnceAsync(client, timer, cancellationToken).ConfigureAwait(false);
            return;
        }

        try
        {
            await _console.Live(View($"{client.Server}: the first figures come in {Seconds(interval)}"))
                .Overflow(VerticalOverflow.Crop)
                .StartAsync(live => FollowAsync(client, timer, live, cancellationToken)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C is how a live view ends.
        }
    }

    private async Task ShowOnceAsync(MetricsClient client, PeriodicTimer timer, CancellationToken cancellationToken)
    {
        do
        {
            await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);
            _history.Add(await client.ReadAsync(cancellationToken).ConfigureAwait(false));
        }
        while (_history.Figures is null);
        _console.Write(View(Running(client)));
    }

    private async Task FollowAsync(MetricsClient client, PeriodicTimer timer, LiveDisplayContext live, CancellationToken cancellationToken)
    {
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            string status;
            var isWell = true;
            try
            {
                status = _history.Add(await client.ReadAsync(cancellationToken).ConfigureAwait(false))
                    ? $"{client.Server} was started anew: the first figures come in {Seconds(interval)}"
                    : Running(client);
            }
            catch (Exception exception) when (exception is IOException or InvalidDataException)
            {
                isWell = false;
                status = $"{exception.Message}. Last seen {Seconds(_time.GetElapsedTime(0) - _history.At!.Value)} ago";
            }

            live.UpdateTarget(View(status, isWell));
        }
    }

    private string Running(MetricsClient client) => _history.Figures is { MessageRate: 0 } still
        ? $"{client.Server}: no message in {Seconds(still.Elapsed)}"
        : $"{client.Server}: over {Seconds(_history.Figures!.Elapsed)}";

    private Rows View(string status, bool isWell = true)
    {
        var profile = _console.Profile;
        var height = _isLive ? profile.Height : int.MaxValue;
        IRenderable header = new Padder(new Text(status, new Style(isWell ? Color.Default : Color.Red)), new Padding(1, 0, 0, 1));
        return _history.Figures is { } figures
            ? new Rows(header, new TopScreen(profile.Width, height, profile.Capabilities.Unicode).Show(figures))
            : new Rows(header);
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture) + " s";
}
