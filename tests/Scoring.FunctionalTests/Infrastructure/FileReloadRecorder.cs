using System.Diagnostics.Metrics;
using System.Threading.Channels;

namespace Scoring.FunctionalTests.Infrastructure;

/// <summary>Hears of each change of files that the service is secured by, as the server's own counter tells it.</summary>
internal sealed class FileReloadRecorder : IDisposable
{
    private readonly Channel<(string, string)> _outcomes = Channel.CreateUnbounded<(string, string)>();
    private readonly MeterListener _listener;

    public FileReloadRecorder(ScoringServer server)
    {
        _listener = server.CreateMeterListener(instrument => instrument.Name == "scoring.file.reloads");
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            Assert.Equal("{reload}", instrument.Unit);
            Assert.Equal(["scoring.file", "scoring.outcome"], new[] { tags[0].Key, tags[1].Key });
            if (value > 0)
            {
                _outcomes.Writer.TryWrite(((string)tags[0].Value!, (string)tags[1].Value!));
            }
        });
        _listener.Start();
    }

    public async Task NextIsAsync(string file, string outcome) => Assert.Equal(
        (file, outcome), await _outcomes.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30)));

    /// <summary>As above, where the files are looked at by a clock that a test moves: it is moved on until a look has told of a change.</summary>
    public async Task NextIsAsync(string file, string outcome, Action passTime)
    {
        await Eventually.IsAsync(() =>
        {
            passTime();
            return _outcomes.Reader.TryPeek(out _);
        });
        await NextIsAsync(file, outcome);
    }

    public void Dispose() => _listener.Dispose();
}
