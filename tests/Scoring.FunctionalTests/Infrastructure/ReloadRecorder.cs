using System.Diagnostics.Metrics;
using System.Threading.Channels;

namespace Scoring.FunctionalTests.Infrastructure;

/// <summary>Hears of each change of the heads, as the server's own counter tells it.</summary>
internal sealed class ReloadRecorder : IDisposable
{
    private readonly Channel<string> _outcomes = Channel.CreateUnbounded<string>();
    private readonly MeterListener _listener;

    public ReloadRecorder(ScoringServer server)
    {
        _listener = server.CreateMeterListener(instrument => instrument.Name == "scoring.head.reloads");
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            Assert.Equal("{reload}", instrument.Unit);
            Assert.Equal(1, value);
            Assert.Equal("scoring.outcome", tags[0].Key);
            _outcomes.Writer.TryWrite((string)tags[0].Value!);
        });
        _listener.Start();
    }

    /// <summary>Whether changes were counted that nobody waited for.</summary>
    public bool HasMore => _outcomes.Reader.TryPeek(out _);

    public async Task NextIsAsync(string outcome) =>
        Assert.Equal(outcome, await _outcomes.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30)));

    /// <summary>As above, where the server has a clock that a test moves: it is moved on until a look has told of a change.</summary>
    public async Task NextIsAsync(string outcome, Action passTime)
    {
        await Eventually.IsAsync(() =>
        {
            passTime();
            return HasMore;
        });
        await NextIsAsync(outcome);
    }

    public void Dispose() => _listener.Dispose();
}
