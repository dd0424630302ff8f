using Scoring.FunctionalTests.Infrastructure;

namespace Scoring.FunctionalTests.Telemetry;

[Collection(typeof(TelemetryTestGroup))]
public sealed class TelemetryAllocationTests
{
    private const int Batches = 1000;

    /// <summary>
    /// Bytes that a batch may take: where it does not optimize, the compiler makes an object of each async method's state, and writing a batch is
    /// one.
    /// </summary>
#if DEBUG
    private const int BytesOfState = 256;
#else
    private const int BytesOfState = 0;
#endif

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_batch_is_told_of_without_allocating(bool isMeasured)
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Telemetry:DriftRowsPerSecond=10000");
        long measurements = 0;
        using var listener = server.CreateMeterListener(_ => isMeasured);
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => measurements++);
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => measurements++);
        listener.Start();

        using var run = new BatchRun(server);
        Assert.InRange(Allocations.Least(() => Score(run)), 0, Batches * BytesOfState);
        Assert.Equal(isMeasured, measurements > 2 * Batches);
    }

    private static void Score(BatchRun run)
    {
        for (var i = 0; i < Batches; i++)
        {
            run.Score(4);
        }
    }
}
