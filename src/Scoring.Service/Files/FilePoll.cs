using Scoring.Service.Settings;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Files;

/// <summary>Looks at files again and again while the service runs.</summary>
/// <param name="name">What is read from them, for the log.</param>
/// <param name="settings">How often.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where looks that failed are told.</param>
internal abstract class FilePoll(string name, FileSettings settings, TimeProvider time, ILogger logger) : BackgroundService
{
    protected TimeProvider Time { get; } = time;

    protected ILogger Logger { get; } = logger;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(settings.PollMs), Time);
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

    /// <summary>Reads what has changed.</summary>
    protected abstract void Check();

    private void Poll()
    {
        try
        {
            Check();
        }
        catch (Exception exception)
        {
            // Such as that there is no memory. The next look may find some, and a look that fails must not end the service.
            Log.PollFailed(Logger, exception, name);
        }
    }
}
