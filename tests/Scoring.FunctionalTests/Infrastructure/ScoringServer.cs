using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Scoring.Client;
using Scoring.Protocol;
using Scoring.Service;
using Scoring.Service.Evaluation;
using Scoring.Service.Streaming;

namespace Scoring.FunctionalTests.Infrastructure;

/// <summary>
/// A real service on a port of the system's choosing, and the real clients that a test makes of it. When the test ends, nothing may be left behind:
/// no rented buffer on either side, no rows held for calibration, and no log line at Warning or above that the test did not expect.
/// </summary>
internal sealed class ScoringServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly LogRecorder _log;
    private readonly List<ScoringClient> _clients = [];
    private Task? _stopped;

    private ScoringServer(WebApplication app, LogRecorder log)
    {
        _app = app;
        _log = log;
        Pool = app.Services.GetRequiredService<MessagePool>();
    }

    /// <summary>The server's own pool.</summary>
    public MessagePool Pool { get; }

    /// <summary>The server's own judgement of requests.</summary>
    public RequestPlanner Planner => _app.Services.GetRequiredService<RequestPlanner>();

    /// <summary>What tells this server's instruments from those of another in the same process.</summary>
    public IMeterFactory MeterFactory => _app.Services.GetRequiredService<IMeterFactory>();

    /// <summary>What the server has logged at Warning and above.</summary>
    public IReadOnlyCollection<string> LogLines => _log.Lines;

    /// <summary>What the server itself is made of.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Where it listens: for gRPC, for HTTP where it does, and for whoever watches it where it does.</summary>
    public IReadOnlyList<string> Addresses => [.. _app.Urls];

    public string Address => _app.Urls.First();

    /// <summary>Where JSON and gRPC-Web are, of a server that has an HTTP port.</summary>
    public string HttpAddress => _app.Urls.Skip(1).First();

    /// <summary>Where the metrics are, of a server that has an admin port.</summary>
    public string AdminAddress => _app.Urls.Skip(1).Single();

    /// <summary>A piece of a log line that the test provokes.</summary>
    public string? ExpectedLog { get; set; }

    public static Task<ScoringServer> StartAsync(params string[] settings) => StartAsync(static _ => { }, settings);

    /// <param name="time">The service's clock.</param>
    /// <param name="settings">As arguments.</param>
    public static Task<ScoringServer> StartAsync(TimeProvider time, params string[] settings) =>
        StartAsync(builder => builder.Services.AddSingleton(time), settings);

    public static async Task<ScoringServer> StartAsync(Action<WebApplicationBuilder> configure, params string[] settings)
    {
        var log = new LogRecorder();
        string[] args = ["--Scoring:Listen:Address=127.0.0.1", "--Scoring:Listen:Port=0", .. settings];
        var app = ScoringHost.Create(args, [], builder =>
        {
            builder.Logging.AddFilter<ConsoleLoggerProvider>(null, LogLevel.None);
            builder.Logging.AddProvider(log);
            configure(builder);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new ScoringServer(app, log);
    }

    public ScoringClient Connect(ScoringClientOptions? options = null)
    {
        var client = ScoringClient.Connect(Address, options);
        _clients.Add(client);
        return client;
    }

    /// <summary>
    /// A listener, not started yet, to those of this server's own instruments that it picks: other servers of the process have the same.
    /// </summary>
    public MeterListener CreateMeterListener(Predicate<Instrument> picks) => new()
    {
        InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == MeterFactory && picks(instrument))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        },
    };

    /// <summary>Reads all configuration again, and tells the service of a change.</summary>
    public void ReloadHeads() => ((IConfigurationRoot)_app.Configuration).Reload();

    public Task StopAsync() => _stopped ??= _app.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.DisposeAsync();
        }

        await StopAsync();
        var calibrationBytes = Services.GetRequiredService<CalibrationMemory>().Held;
        await _app.DisposeAsync();

        var unexpected = string.Join('\n', _log.Lines.Where(line => ExpectedLog is null || !line.Contains(ExpectedLog, StringComparison.Ordinal)));
        Assert.True(unexpected.Length == 0, unexpected);
        Assert.Equal(0, Pool.Buffers.OutstandingRents);
        Assert.Equal(0, Pool.Buffers.RentedBytes);
        Assert.Equal(0, calibrationBytes);
        Assert.All(_clients, client => Assert.Equal(0, client.Pool.Buffers.OutstandingRents));
    }
}
