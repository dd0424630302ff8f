using System.CommandLine;
using Scoring.Cli.Demo;
using Scoring.Client;
using Spectre.Console;

namespace Scoring.Cli.Commands;

/// <summary><c>scoring demo</c>: the service and a client of it in one process, at work on iris.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var command = new Command("demo", "Streams a small data set through the service and shows what comes back, how right and how fast.");
        command.SetAction(_ => CommandRunner.RunAsync(RunAsync));
        return command;
    }

    private static async Task RunAsync(CancellationToken cancellationToken)
    {
        StandardStreams.RequireOutput();
        var data = await IrisData.LoadAsync(cancellationToken).ConfigureAwait(false);
        // Settings that lie in the current folder are none of the demo's.
        string[] configuration = [$"--contentRoot={AppContext.BaseDirectory}"];
        await using var service = await EmbeddedService.StartAsync(configuration, cancellationToken).ConfigureAwait(false);
        await using var client = ScoringClient.Connect(service.Address);
        var report = new DemoReport(AnsiConsole.Console);

        var scores = await IrisScores.ScoreAsync(client, data, cancellationToken).ConfigureAwait(false);
        report.ShowRows(scores);
        var speed = await report.WhileMeasuringAsync(() => Speed.MeasureAsync(client, data, cancellationToken)).ConfigureAwait(false);
        report.ShowFigures(scores, speed);
        report.ShowNextSteps();
    }
}
