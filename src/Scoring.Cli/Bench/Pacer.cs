using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Scoring.Cli.Bench;

/// <summary>
/// The clock of an open loop: message n is due n / rate seconds after the start, whoever sends it and whatever became of those before it.
/// A thread of its own wakes the flows, because timers of the runtime count in milliseconds.
/// </summary>
/// <param name="rate">Messages a second.</param>
internal sealed class Pacer(double rate) : IDisposable
{
    private readonly object _lock = new();

    /// <summary>In the order in which they are due.</summary>
    private readonly Queue<(LoadFlow Flow, long Due)> _waiting = new();
    private readonly double _ticksApart = Stopwatch.Frequency / rate;
    private Thread? _thread;
    private long _start;
    private long _taken;
    private bool _stopped;

    /// <summary>Before it runs, messages are not paced.</summary>
    public bool IsRunning => Volatile.Read(ref _thread) is not null;

    public void Start()
    {
        _start = Stopwatch.GetTimestamp();
        var thread = new Thread(Run) { IsBackground = true, Name = "Pacer" };
        thread.Start();
        Volatile.Write(ref _thread, thread);
    }

    /// <summary>Takes the next message. Where it is not due yet, the flow is woken when it is.</summary>
    /// <param name="flow">Who sends it.</param>
    /// <param name="time">The time now; then the time when the message is due.</param>
    public bool TryTake(LoadFlow flow, ref long time)
    {
        lock (_lock)
        {
            var due = _start + (long)(_taken++ * _ticksApart);
            var isDue = due <= time;
            time = due;
            if (!isDue)
            {
                _waiting.Enqueue((flow, due));
                Monitor.Pulse(_lock);
            }

            return isDue;
        }
    }

    /// <summary>Messages that are due by now and that nobody has taken.</summary>
    public long CountOverdue()
    {
        lock (_lock)
        {
            return Math.Max(0, (long)((Stopwatch.GetTimestamp() - _start) / _ticksApart) - _taken);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _stopped = true;
            Monitor.Pulse(_lock);
        }

        _thread?.Join();
    }

    private void Run()
    {
        while (WaitForNext() is { } flow)
        {
            flow.Wake();
        }
    }

    /// <summary>The flow whose message is due now; null at the end.</summary>
    private LoadFlow? WaitForNext()
    {
        while (true)
        {
            TimeSpan rest;
            lock (_lock)
            {
                while (_waiting.Count == 0 && !_stopped)
                {
                    Monitor.Wait(_lock);
                }

                if (_stopped)
                {
                    return null;
                }

                rest = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), _waiting.Peek().Due);
                if (rest <= TimeSpan.Zero)
                {
                    return _waiting.Dequeue().Flow;
                }

                // To the millisecond, and so that Dispose can end it.
                if (rest > TimeSpan.FromMilliseconds(2))
                {
                    Monitor.Wait(_lock, rest - TimeSpan.FromMilliseconds(1));
                    continue;
                }
            }

            SleepBriefly(rest);
        }
    }

    private static void SleepBriefly(TimeSpan time)
    {
        if (OperatingSystem.IsWindows())
        {
            Thread.Yield();
            return;
        }

        var request = new TimeSpec(0, (nint)time.TotalNanoseconds);
        _ = NanoSleep(in request, 0);
    }

    [DllImport("libc", EntryPoint = "nanosleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NanoSleep(in TimeSpec request, nint remaining);

    /// <summary>timespec on 64-bit Unix.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct TimeSpec(nint Seconds, nint Nanoseconds);
}
