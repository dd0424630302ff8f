using System.Diagnostics.Metrics;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Protocol;
using Scoring.V1;
using ScoreRequest = Scoring.Client.ScoreRequest;

namespace Scoring.FunctionalTests.Telemetry;

[Collection(typeof(TelemetryTestGroup))]
public sealed class DriftTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("--Scoring:Heads:h:activation=softmax")]
    [InlineData("--Scoring:Heads:h:activation=log_softmax")]
    public async Task A_sampled_row_is_measured_as_the_head_scores_it(string activation)
    {
        var row = await MeasureAsync(
            [activation, "--Scoring:Heads:h:temperature=2", .. Bias(0, 1, 0, 0)], new() { Logits = new float[] { 4, 1, 3, -2 } });
        double[] expected = Reference.SoftmaxOf([2, 1.5f, 1.5f, -1]);
        Assert.Equal(expected[0], row["scoring.head.confidence"], 1e-6);
        Assert.Equal(expected[0] - expected[1], row["scoring.head.margin"], 1e-6);
        Assert.Equal(-expected.Sum(p => p * Math.Log(p)), row["scoring.head.entropy"], 1e-6);
        Assert.Equal(1, row["scoring.head.predictions 0"]);
    }

    [Fact]
    public async Task Rows_of_other_element_types_are_measured_as_well()
    {
        byte[] data = [.. new[] { 0, 0, 1, 3 }.SelectMany(logit => BitConverter.GetBytes((Half)logit))];
        var row = await MeasureAsync(
            ["--Scoring:Heads:h:activation=softmax"], new() { Data = data, DataType = DataType.Fp16, Outputs = OutputSet.TopK });
        Assert.Equal(Reference.SoftmaxOf([0, 0, 1, 3])[3], row["scoring.head.confidence"], 1e-6);
        Assert.Equal(1, row["scoring.head.predictions 3"]);
    }

    [Theory]
    [InlineData("--Scoring:Heads:h:activation=sigmoid")]
    [InlineData("--Scoring:Heads:h:activation=linear")]
    [InlineData("--Scoring:Heads:h:activation=softmax", "--Scoring:Heads:h:groups:0=2", "--Scoring:Heads:h:groups:1=2")]
    [InlineData("--Scoring:Heads:h:activation=softmax", "--Scoring:Telemetry:DriftRowsPerSecond=0")]
    public async Task Heads_without_one_distribution_and_servers_that_shall_not_are_not_measured(params string[] settings) =>
        Assert.Empty(await MeasureAsync(settings, new() { Logits = new float[4] }));

    [Fact]
    public async Task A_row_without_a_score_is_not_measured() => Assert.Empty(await MeasureAsync(
        ["--Scoring:Heads:h:activation=softmax"], new() { NonFinite = NonFinite.Propagate, Logits = new[] { 1, 2, float.NaN, 4 } }));

    [Fact]
    public async Task Classes_past_the_limit_are_counted_together()
    {
        var row = await MeasureAsync(
            ["--Scoring:Heads:h:activation=softmax", "--Scoring:Telemetry:DriftClasses=2"], new() { Logits = new float[] { 1, 2, 4, 3 } });
        Assert.Equal(1, row["scoring.head.predictions other"]);
    }

    [Fact]
    public async Task No_more_rows_of_a_head_are_measured_in_a_second_than_the_setting_says()
    {
        await using var server = await ScoringServer.StartAsync("--Scoring:Heads:h:activation=softmax", "--Scoring:Telemetry:DriftRowsPerSecond=1");
        var measured = new Dictionary<string, double>();
        using var listener = Listen(server, measured);
        using var run = new BatchRun(server);
        var start = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < 100; i++)
        {
            run.Score(3, "h");
        }

        Assert.InRange(measured["scoring.head.predictions 2"], 1, 1 + TimeProvider.System.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>What is measured of one message of one head, by instrument and class.</summary>
    private static async Task<Dictionary<string, double>> MeasureAsync(string[] settings, ScoreRequest message)
    {
        await using var server = await ScoringServer.StartAsync(settings);
        var measured = new Dictionary<string, double>();
        using (Listen(server, measured))
        {
            var request = new ScoreRequest
            {
                Head = "h",
                Classes = 4,
                Logits = message.Logits,
                Data = message.Data,
                DataType = message.DataType,
                NonFinite = message.NonFinite,
                Outputs = message.Outputs,
            };
            await foreach (var result in server.Connect().ScoreStreamAsync(Source.Of(request), TestEnd))
            {
                result.EnsureScored();
                result.Dispose();
            }
        }

        return measured;
    }

    private static MeterListener Listen(ScoringServer server, Dictionary<string, double> measured)
    {
        var listener = server.CreateMeterListener(
            instrument => instrument.Name is "scoring.head.confidence" or "scoring.head.margin" or "scoring.head.entropy"
                or "scoring.head.predictions");
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
        {
            Assert.Equal(new KeyValuePair<string, object?>("scoring.head", "h"), Assert.Single(tags.ToArray()));
            measured[instrument.Name] = value;
        });
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var key = $"{instrument.Name} {tags.ToArray().Single(tag => tag.Key == "scoring.class").Value}";
            measured[key] = measured.GetValueOrDefault(key) + value;
        });
        listener.Start();
        return listener;
    }

    private static IEnumerable<string> Bias(params float[] values) =>
        values.Select((value, i) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"--Scoring:Heads:h:bias:{i}={value}"));
}
