using System.Globalization;
using System.IO.Pipelines;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Scoring.Protocol;
using Scoring.Service;
using Scoring.Service.Hosting;
using Scoring.Service.Streaming;
using Scoring.Service.Telemetry;

namespace Scoring.Benchmarks.Telemetry;

/// <summary>
/// What telemetry adds to one batch, in one process where it is switched on and off in turn: the compiled code is the same on both sides, which servers in processes
/// of their own cannot promise. A batch is all that a stream does with it but for the transport.
/// </summary>
internal sealed class BatchCost(OtlpSink sink, IServiceProvider services)
{
    private const int Batches = 5000;
    private const int Rounds = 15;
    private const string Sampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private readonly MessagePool _pool = services.GetRequiredService<MessagePool>();
    private readonly Pipe _sent = new(new PipeOptions(pauseWriterThreshold: 0));
    private long _messages;

    public static async Task PrintAsync(OtlpSink sink)
    {
        var folder = Directory.CreateTempSubdirectory("scoring-");
        await using var service = ScoringHost.Create($"--Scoring:Listen:UnixSocket={Path.Combine(folder.FullName, "s.sock")}", "--Logging:LogLevel:Default=Warning");
        await service.StartAsync();
        var cost = new BatchCost(sink, service.Services);
        Console.WriteLine("| batch | telemetry | µs CPU a batch | added | added a message | bytes allocated a batch |");
        Console.WriteLine("|---|---|---|---|---|---|");
        await cost.PrintAsync(messages: 50, classes: 10);
        await cost.PrintAsync(messages: 12, classes: 1000);
        await service.StopAsync();
        folder.Delete(recursive: true);
    }

    private async Task PrintAsync(int messages, int classes)
    {
        (string Name, Func<IDisposable?> Listen, int TracedEvery)[] variants =
        [
            ("none", () => null, 0),
            ("metrics", Metrics, 0),
            ("metrics, 1 % of batches traced", MetricsAndTraces, 0),
            ("metrics, 1 % of messages traced", MetricsAndTraces, 100),
        ];
        var costs = variants.Select(_ => new List<(double Cpu, double Bytes)>()).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < variants.Length; i++)
            {
                using var listener = variants[i].Listen();
                await RunAsync(messages, classes, variants[i].TracedEvery);
                var (cpu, allocated) = (Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes());
                await RunAsync(messages, classes, variants[i].TracedEvery);
                costs[i].Add(((Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / Batches, (GC.GetTotalAllocatedBytes() - allocated) / (double)Batches));
            }
        }

        for (var i = 0; i < variants.Length; i++)
        {
            var added = Median.Of(costs[i].Zip(costs[0], (with, without) => with.Cpu - without.Cpu));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {messages} × {classes} | {variants[i].Name} | {Median.Of(costs[i].Select(cost => cost.Cpu)):F1} | {added:F2} | {added / messages:F3} | {Median.Of(costs[i].Select(cost => cost.Bytes)):N0} |"));
        }
    }

    private MeterProvider Metrics() => Sdk.CreateMeterProviderBuilder()
        .AddMeter(ScoringMetrics.MeterName).SetExemplarFilter(ExemplarFilterType.TraceBased).AddOtlpExporter(otlp => Send(otlp, "metrics")).Build();

    private Both MetricsAndTraces() => new(Metrics(), Sdk.CreateTracerProviderBuilder()
        .AddSource(ScoringActivities.SourceName)
        .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(0.01)))
        .AddOtlpExporter(otlp => Send(otlp, "traces"))
        .Build());

    private void Send(OtlpExporterOptions otlp, string signal)
    {
        otlp.Protocol = OtlpExportProtocol.HttpProtobuf;
        otlp.Endpoint = new Uri($"{sink.Address}/v1/{signal}");
    }

    private async Task RunAsync(int messages, int classes, int tracedEvery)
    {
        using var batch = new RowBatch(
            services.GetRequiredService<IOptions<BatchSettings>>().Value,
            services.GetRequiredService<RequestChecker>(),
            _pool,
            TimeProvider.System,
            services.GetRequiredService<FailureLog>());
        var telemetry = services.GetRequiredService<TelemetryFactory>().Create(batch);
        var responses = new ResponseFrames(_sent.Writer);
        for (var i = 0; i < Batches; i++)
        {
            await ScoreAsync(batch, telemetry, responses, messages, classes, tracedEvery);
        }
    }

    private async ValueTask ScoreAsync(RowBatch batch, BatchTelemetry telemetry, ResponseFrames responses, int messages, int classes, int tracedEvery)
    {
        batch.Begin();
        for (var i = 0; i < messages; i++)
        {
            var request = _pool.RentRequest();
            request.Head = "softmax";
            request.Classes = (uint)classes;
            request.Traceparent = tracedEvery > 0 && _messages++ % tracedEvery == 0 ? Sampled : string.Empty;
            request.Logits.Allocate(classes).Fill(1);
            batch.Add(request);
        }

        batch.Close();
        telemetry.Start();
        batch.Score();
        telemetry.Note();
        await batch.WriteAsync(responses);
        telemetry.Stop(isAnswered: true);
        var answers = await _sent.Reader.ReadAsync();
        _sent.Reader.AdvanceTo(answers.Buffer.End);
    }

    private sealed class Both(IDisposable first, IDisposable second) : IDisposable
    {
        public void Dispose()
        {
            second.Dispose();
            first.Dispose();
        }
    }
}
