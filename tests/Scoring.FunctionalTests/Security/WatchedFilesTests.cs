using System.Collections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Service.Files;
using Scoring.Service.Security;
using Scoring.Service.Settings;
using Scoring.Service.Telemetry;

namespace Scoring.FunctionalTests.Security;

public sealed class WatchedFilesTests
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whatever_goes_wrong_with_a_reading_the_last_good_one_stays_and_the_next_is_taken()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("text", "first");
        await using var server = await ScoringServer.StartAsync();
        using var reloads = new FileReloadRecorder(server);
        using var watched = Watch(
            server, [file], () => File.ReadAllText(file) is var text && text == "bad!"
                ? throw new InvalidOperationException("no reader is free of faults")
                : text, new LogRecorder());
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

    [Fact]
    public void A_file_that_is_far_too_large_is_not_read_to_its_end()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("large", string.Empty);
        using (var large = File.OpenWrite(file))
        {
            // Nothing is written: it is one hole.
            large.SetLength(64L << 30);
        }

        Func<object>[] readings = [() => ApiKeys.Read(file), () => JwtKeys.Read(file), () => TlsFiles.Read(
            new TlsSettings { CertificateFile = file, KeyFile = file }, TimeProvider.System)];
        Assert.All(readings, reading => Assert.EndsWith(
            "it has more than 16777216 bytes", Assert.Throws<InvalidDataException>(reading).Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_look_at_the_files_that_fails_is_followed_by_another()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("text", "first");
        await using var server = await ScoringServer.StartAsync();
        using var reloads = new FileReloadRecorder(server);
        var log = new LogRecorder();
        using var watched = Watch(server, new FilesThatFail(file, firstBad: 2, lastBad: 3), () => File.ReadAllText(file), log);
        folder.Write("text", "second");
        await watched.StartAsync(TestEnd);
        await reloads.NextIsAsync("certificate", "accepted");
        Assert.Equal("second", watched.Current);
        Assert.Equal(
            2, log.Lines.Count(line => line.Contains("the files of the certificate failed; there will be another", StringComparison.Ordinal)));
        await watched.StopAsync(TestEnd);
    }

    [Fact]
    public async Task A_pipe_in_the_place_of_a_file_is_refused_and_waited_for_by_nobody()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("text", "first");
        await using var server = await ScoringServer.StartAsync();
        using var reloads = new FileReloadRecorder(server);
        var log = new LogRecorder();
        // Nobody looks while the one is put in the place of the other.
        var time = new FakeTimeProvider();
        using var watched = Watch(server, [file], () => File.ReadAllText(file), log, time);
        await watched.StartAsync(TestEnd);
        NamedPipe.Replace(file);
        await reloads.NextIsAsync("certificate", "refused", () => time.Advance(Poll));
        Assert.Contains(
            log.Lines, line => line.Contains($"'{file}' cannot be read: it is empty, or no file but a pipe or a device", StringComparison.Ordinal));
        folder.Write("text", "second");
        await reloads.NextIsAsync("certificate", "accepted", () => time.Advance(Poll));
        Assert.Equal("second", watched.Current);
        await watched.StopAsync(TestEnd);
    }

    private static WatchedFiles<string> Watch(
        ScoringServer server, IReadOnlyList<string> files, Func<string> read, LogRecorder log, TimeProvider? time = null) => new(
        "certificate",
        files,
        read,
        new FileSettings { PollMs = (int)Poll.TotalMilliseconds },
        time ?? TimeProvider.System,
        server.Services.GetRequiredService<ScoringMetrics>(),
        new LoggerFactory([log]).CreateLogger<WatchedFiles<string>>());

    /// <summary>A file of which some looks, counted from 1, fail.</summary>
    private sealed class FilesThatFail(string file, int firstBad, int lastBad) : IReadOnlyList<string>
    {
        private int _looks;

        public int Count => 1;

        public string this[int index] => file;

        public IEnumerator<string> GetEnumerator() =>
            ++_looks >= firstBad && _looks <= lastBad ? throw new InvalidOperationException() : Enumerable.Repeat(file, 1).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
