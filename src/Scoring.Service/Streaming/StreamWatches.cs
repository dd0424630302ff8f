using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Scoring.Service.Memory;
using Scoring.Service.Settings;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Streaming;

/// <summary>
/// The watches of all calls that may keep memory for long. While somebody waits for memory, or was refused for want of it, it looks for those who
/// keep some and do not go on:
/// <see cref="LimitSettings.CrowdedMs"/>.
/// </summary>
internal sealed class StreamWatches : IDisposable
{
    private const int ChecksPerLimit = 4;

    /// <summary>
    /// A refusal is one of somebody who waits for so long: twice the limit, because a call that was still at something at the first look is found to
    /// keep others waiting only after that.
    /// </summary>
    private const int ChecksAfterRefusal = 2 * ChecksPerLimit;

    private readonly LimitSettings _limits;
    private readonly ServerMemory _memory;
    private readonly TimeProvider _time;
    private readonly FailureLog _failures;
    private readonly ConcurrentDictionary<StreamWatch, bool> _open = new();
    private readonly ITimer? _timer;
    private bool _isCrowded;
    private int _crowd;

    /// <summary>Checks since a call was refused. Who is refused comes again, but nobody knows when.</summary>
    private int _checksSinceRefusal = ChecksAfterRefusal + 1;

    public StreamWatches(IOptions<LimitSettings> limits, ServerMemory memory, TimeProvider time, FailureLog failures)
    {
        (_limits, _memory, _time, _failures) = (limits.Value, memory, time, failures);
        if (_limits.CrowdedMs > 0)
        {
            var period = TimeSpan.FromMilliseconds(_limits.CrowdedMs) / ChecksPerLimit;
            _timer = PeriodicCheck.Start(time, period, period, "streams that keep others waiting", Check, failures);
        }
    }

    /// <summary>A watch for a call, which disposes it at its end.</summary>
    public StreamWatch Create(HttpContext http, CallMemory memory, bool isStream)
    {
        var watch = new StreamWatch(_limits, http, memory, isStream, _time, _failures, over => _open.TryRemove(over, out _));
        memory.Watch = watch;
        _open[watch] = true;
        return watch;
    }

    public void Dispose() => _timer?.Dispose();

    private void Check()
    {
        var wasCrowded = _isCrowded;
        _checksSinceRefusal = _memory.TakeRefusals() ? 0 : Math.Min(_checksSinceRefusal + 1, ChecksAfterRefusal + 1);
        _isCrowded = _memory.IsWaitedFor || _checksSinceRefusal <= ChecksAfterRefusal;
        if (!_isCrowded)
        {
            return;
        }

        _crowd += wasCrowded ? 0 : 1;
        foreach (var (watch, _) in _open)
        {
            PeriodicCheck.Try("a stream that keeps others waiting", () => watch.CheckWhileCrowded(_crowd), _failures);
        }
    }
}
