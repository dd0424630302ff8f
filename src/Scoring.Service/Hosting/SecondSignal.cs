using System.Runtime.InteropServices;

namespace Scoring.Service.Hosting;

/// <summary>
/// Ends the process at once when it is told to end a second time, as any process without a way of its own to end does at the first.
/// </summary>
internal sealed class SecondSignal(IHostApplicationLifetime lifetime) : IHostedService, IDisposable
{
    /// <summary>What a shell says of a process that a signal has ended.</summary>
    private const int EndedBySignal = 128;

    private readonly List<PosixSignalRegistration> _registrations = [];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Register(PosixSignal.SIGINT, 2);
        Register(PosixSignal.SIGTERM, 15);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());

    private void Register(PosixSignal signal, int number) => _registrations.Add(PosixSignalRegistration.Create(signal, context =>
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            Environment.Exit(EndedBySignal + number);
        }
    }));
}
