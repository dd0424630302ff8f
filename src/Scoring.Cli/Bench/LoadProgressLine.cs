using System.Globalization;

namespace Scoring.Cli.Bench;

/// <summary>A line on standard error that tells each second how a run stands, where that is a terminal; nothing where it is not.</summary>
internal sealed class LoadProgressLine : IProgress<LoadProgress>, IDisposable
{
    private const string ClearLine = "\r\e[K";

    private readonly bool _isTerminal = !Console.IsErrorRedirected;

    public void Report(LoadProgress value)
    {
        if (_isTerminal)
        {
            var errors = value.Errors == 0 ? "" : $", {value.Errors} errors";
            Console.Error.Write(string.Create(
                CultureInfo.InvariantCulture,
                $"{ClearLine}{value.Phase}, {value.Elapsed.TotalSeconds:0} of {value.Total.TotalSeconds:0.#} s: {value.MessagesPerSecond:N0} "
                + $"messages/s{errors}"));
        }
    }

    public void Dispose()
    {
        if (_isTerminal)
        {
            Console.Error.Write(ClearLine);
        }
    }
}
