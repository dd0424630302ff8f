using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Service.Files;
using Scoring.Service.Telemetry;

namespace Scoring.FunctionalTests.Security;

public sealed class WatchedFilesTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whatever_goes_wrong_with_a_reading_the_last_good_one_stays_and_the_next_is_taken()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("text", "first");
        await using var server = await ScoringServer.StartAsync();
        using var reloads = new FileReloadRecorder(server);
        using var watched = new WatchedFiles<string>(
            "certificate",
            [file],
            () => File.ReadAllText(file) is var text && text == "bad!" ? throw new InvalidOperationException("no reader is free of faults") : text,
            TimeSpan.FromMilliseconds(10),
            TimeProvider.System,
            server.Services.GetRequiredService<ScoringMetrics>(),
            NullLogger<WatchedFiles<string>>.Instance);
        Assert.Equal("first", watched.Current);
        // A change before it looks for the first time is one as well.
        folder.Write("text", "second");
        await watched.StartAsync(TestEnd);
        await reloads.NextIsAsync("certificate", "accepted");
        Assert.Equal("second", watched.Current);

        folder.Write("text", "bad!");
        await reloads.NextIsAsync("certificate", "refused");
        Assert.Equal("second", watched.Current);
        folder.Write("text", "third");
        await reloads.NextIsAsync("certificate", "accepted");
        Assert.Equal("third", watched.Current);
        await watched.StopAsync(TestEnd);
    }
}
