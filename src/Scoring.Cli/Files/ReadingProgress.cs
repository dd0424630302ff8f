using Spectre.Console;

namespace Scoring.Cli.Files;

/// <summary>A progress bar on standard error, where that is a terminal; nothing where it is not.</summary>
internal static class ReadingProgress
{
    public static async Task ShowAsync(LogitReader input, Func<IProgress<(long Rows, long Bytes)>?, Task> work)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        if (!console.Profile.Out.IsTerminal || !console.Profile.Capabilities.Interactive)
        {
            await work(null).ConfigureAwait(false);
            return;
        }

        await console.Progress()
            .AutoClear(true)
            .ExcludeVerticalPadding()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new PercentageColumn(),
                new TransferSpeedColumn(),
                new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var task = context.AddTask("0 rows", maxValue: input.Length ?? 1);
                task.IsIndeterminate = input.Length is null;
                await work(new Bar(task)).ConfigureAwait(false);
            })
            .ConfigureAwait(false);
    }

    /// <summary>Reports on the thread that calls, unlike <see cref="Progress{T}"/>, so that the last report comes last.</summary>
    private sealed class Bar(ProgressTask task) : IProgress<(long Rows, long Bytes)>
    {
        public void Report((long Rows, long Bytes) value)
        {
            task.Description = Plural.Of(value.Rows, "row", "N0");
            task.Value = value.Bytes;
        }
    }
}
