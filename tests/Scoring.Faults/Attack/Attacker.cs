using System.Diagnostics;
using System.Globalization;

namespace Scoring.Faults.Attack;

/// <summary>An attack from a process of its own, which is killed in the middle of it.</summary>
internal sealed class Attacker : IDisposable
{
    private readonly Process _process;
    private readonly Task _reading;
    private readonly int _megabytes;

    /// <summary>Streams that were opened, messages, bytes.</summary>
    private long[] _told = [0, 0, 0];

    public Attacker(Uri server, int streams, int connections, int megabytes)
    {
        _megabytes = megabytes;
        var start = new ProcessStartInfo(
            "dotnet",
            [
                typeof(Attacker).Assembly.Location, AttackCommand.Name, server.ToString(),
                .. new[] { streams, connections, megabytes }.Select(number => number.ToString(CultureInfo.InvariantCulture)),
            ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start)!;
        _reading = ReadAsync();
    }

    /// <summary>Streams that were opened, those anew which the service had ended among them.</summary>
    public long Streams => Volatile.Read(ref _told)[0];

    /// <summary>Bytes that were sent.</summary>
    public long Bytes => Volatile.Read(ref _told)[2];

    /// <summary>Whether it has ended by itself.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>Kills it: the system closes its connections.</summary>
    public async Task EndAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        await _reading;
    }

    public override string ToString() => $"{_megabytes} MB: {_told[1]:N0} messages whole and {Bytes / 1e9:0.0} GB, of {Streams:N0} streams";

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            Volatile.Write(ref _told, [.. line.Split(' ').Select(number => long.Parse(number, CultureInfo.InvariantCulture))]);
        }
    }
}
