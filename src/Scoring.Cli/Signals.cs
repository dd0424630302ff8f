using System.Runtime.InteropServices;

namespace Scoring.Cli;

/// <summary>Turns SIGINT and SIGTERM into a cancellation, so that a command ends by its own way out.</summary>
internal sealed class Signals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;

    public Signals()
    {
        _registrations = [Register(PosixSignal.SIGINT, Cli.ExitCode.Interrupted), Register(PosixSignal.SIGTERM, Cli.ExitCode.Terminated)];
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>What the process ends with once a signal has come.</summary>
    public int ExitCode { get; private set; } = Cli.ExitCode.Interrupted;

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _stop.Dispose();
    }

    private PosixSignalRegistration Register(PosixSignal signal, int exitCode) => PosixSignalRegistration.Create(signal, context =>
    {
        // A second signal does what it does to any process.
        if (!_stop.IsCancellationRequested)
        {
            context.Cancel = true;
            ExitCode = exitCode;
            _stop.Cancel();
        }
    });
}
