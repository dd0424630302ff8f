using Scoring.FunctionalTests.Infrastructure;

namespace Scoring.FunctionalTests;

public sealed class MetricsTests
{
    [Fact]
    public async Task The_gauges_tell_how_many_bytes_of_buffers_are_rented_and_idle()
    {
        await using var server = await ScoringServer.StartAsync();
        var rented = server.Pool.Buffers.Rent(100_000);
        var now = Read(server);
        Assert.Equal((rented.Capacity, "By"), now["scoring.buffers.rented"]);

        server.Pool.Buffers.Return(rented);
        now = Read(server);
        Assert.Equal((0, "By"), now["scoring.buffers.rented"]);
        Assert.Equal((server.Pool.Buffers.IdleBytes, "By"), now["scoring.buffers.idle"]);
    }

    private static Dictionary<string, (long Value, string? Unit)> Read(ScoringServer server)
    {
        var values = new Dictionary<string, (long, string?)>();
        using var listener = server.CreateMeterListener(instrument => instrument.Meter.Name == "Scoring");
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => values[instrument.Name] = (value, instrument.Unit));
        listener.Start();
        listener.RecordObservableInstruments();
        return values;
    }
}
