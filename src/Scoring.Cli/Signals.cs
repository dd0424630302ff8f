using System.Globalization;
using System.Runtime.InteropServices;

namespace Scoring.Cli;

/// <summary>
/// Turns SIGINT, SIGTERM and SIGHUP, which the end of a terminal sends, into a cancellation, so that a command ends by its own way out.
/// </summary>
internal sealed class Signals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;

    public Signals()
    {
        _registrations = [Register(PosixSignal.SIGINT, Cli.ExitCode.Interrupted), Register(PosixSignal.SIGTERM, Cli.ExitCode.Terminated)];
        if (!IsHangUpIgnored())
        {
            _registrations = [.. _registrations, Register(PosixSignal.SIGHUP, Cli.ExitCode.HungUp)];
        }
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

    /// <summary>Whether the process was started to outlive its terminal, as by nohup, which whoever registers for the signal undoes.</summary>
    private static bool IsHangUpIgnored()
    {
        const string Name = "SigIgn:";
        try
        {
            // The signals that are ignored, a bit for each from the lowest, in hexadecimal.
            return OperatingSystem.IsLinux()
                && File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal)) is { } line
                && ulong.TryParse(line[Name.Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var ignored)
                && (ignored & 1) != 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
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
