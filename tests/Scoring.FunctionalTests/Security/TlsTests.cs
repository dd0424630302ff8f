using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Service.Hosting;
using Scoring.Service.Streaming;
using Scoring.V1;
using ScoreRequest = Scoring.Client.ScoreRequest;

namespace Scoring.FunctionalTests.Security;

public sealed class TlsTests
{
    private const string Poll = "--Scoring:Files:PollMs=10";

    private static readonly ScoreRequest Request = new() { Classes = 2, Logits = new float[] { 1, 1 } };

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Both_ports_that_clients_reach_are_encrypted_and_the_admin_port_is_not()
    {
        using var authority = new Authority();
        using var files = new TlsFolder(authority.IssueServer());
        await using var server = await ScoringServer.StartAsync([.. files.Settings, "--Scoring:Listen:HttpPort=0", "--Scoring:Admin:Port=0"]);
        Assert.StartsWith("https://", server.Address, StringComparison.Ordinal);
        await using var calls = new SecureCalls(server.Address, authority);
        using var result = await calls.Client.ScoreAsync(Request, TestEnd);
        Assert.Equal([0.5f, 0.5f], result.Scores.ToArray());
        Assert.Equal("CN=scoring", calls.Served);

        var heads = await calls.Http.GetStringAsync($"{server.HttpAddress}/v1/heads", TestEnd);
        Assert.StartsWith("https://", server.HttpAddress, StringComparison.Ordinal);
        Assert.Contains("log_softmax", heads, StringComparison.Ordinal);

        var admin = server.Addresses[2];
        Assert.StartsWith("http://", admin, StringComparison.Ordinal);
        Assert.Contains("kestrel", await calls.Http.GetStringAsync($"{admin}/metrics", TestEnd), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handshakes_wait_for_their_turn_and_streams_that_are_open_do_not()
    {
        using var authority = new Authority();
        using var files = new TlsFolder(authority.IssueServer());
        await using var server = await ScoringServer.StartAsync(files.Settings);
        await using var before = new SecureCalls(server.Address, authority);
        using var stream = before.Generated.ScoreStream(cancellationToken: TestEnd);
        await AnswerAsync(stream);

        var threads = server.Services.GetRequiredService<HandshakeTurns>().Threads;
        var release = new TaskCompletionSource();
        var count = Math.Max(1, Environment.ProcessorCount / 2);
        using var begun = new CountdownEvent(count);
        var occupied = Enumerable.Range(0, count).Select(_ => OccupyAsync(threads, begun, release.Task)).ToArray();
        await Eventually.IsAsync(() => begun.IsSet);
        await using var after = new SecureCalls(server.Address, authority);
        var greets = ListHeadsAsync(after);
        await Eventually.IsAsync(() => threads.Waiting > 0);
        await AnswerAsync(stream);
        Assert.False(greets.IsCompleted);
        release.SetResult();
        await Task.WhenAll([greets, .. occupied]);
    }

    [Fact]
    public async Task A_client_that_greets_with_nothing_is_gone_after_a_while()
    {
        using var authority = new Authority();
        using var files = new TlsFolder(authority.IssueServer());
        var time = new FakeTimeProvider();
        await using var server = await ScoringServer.StartAsync(time, files.Settings);
        using var silent = new TcpClient();
        await silent.ConnectAsync("127.0.0.1", new Uri(server.Address).Port, TestEnd);
        var ended = silent.GetStream().ReadAsync(new byte[1], TestEnd).AsTask();
        await Eventually.IsAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return ended.IsCompleted;
        });
        Assert.Equal(0, await ended);
    }

    /// <summary>Has one of the threads do nothing else until then.</summary>
    private static async Task OccupyAsync(TurnThreads threads, CountdownEvent begun, Task until)
    {
        await threads.TurnOf("first", TestEnd);
        begun.Signal();
#pragma warning disable xUnit1031 // The thread is to wait.
        until.Wait(TestEnd);
#pragma warning restore xUnit1031
    }

    [Fact]
    public async Task A_client_that_speaks_clear_text_or_trusts_others_gets_no_answer()
    {
        using var authority = new Authority();
        using var other = new Authority("CN=another authority");
        using var files = new TlsFolder(authority.IssueServer());
        await using var server = await ScoringServer.StartAsync(files.Settings);
        await using var distrustful = new SecureCalls(server.Address, other);
        await Assert.ThrowsAsync<RpcException>(() => ListHeadsAsync(distrustful));
        Assert.Equal("CN=scoring", distrustful.Served);
        await using var inClearText = new SecureCalls(server.Address.Replace("https", "http", StringComparison.Ordinal));
        await Assert.ThrowsAsync<RpcException>(() => ListHeadsAsync(inClearText));
    }

    [Fact]
    public async Task A_certificate_that_changes_serves_new_connections_and_a_stream_that_is_open_goes_on()
    {
        using var authority = new Authority();
        var first = authority.IssueServer("CN=first");
        using var mount = new MountedConfigMap(("tls.crt", first.Certificate), ("tls.key", first.Key));
        await using var server = await ScoringServer.StartAsync(
            $"--Scoring:Tls:CertificateFile={mount["tls.crt"]}", $"--Scoring:Tls:KeyFile={mount["tls.key"]}", Poll);
        using var reloads = new FileReloadRecorder(server);
        await using var before = new SecureCalls(server.Address, authority);
        using var stream = before.Generated.ScoreStream(cancellationToken: TestEnd);
        await AnswerAsync(stream);
        Assert.Equal("CN=first", before.Served);

        var second = authority.IssueServer("CN=second");
        mount.Publish(("tls.crt", second.Certificate), ("tls.key", second.Key));
        await reloads.NextIsAsync("certificate", "accepted");
        await using var after = new SecureCalls(server.Address, authority);
        await ListHeadsAsync(after);
        Assert.Equal("CN=second", after.Served);
        await AnswerAsync(stream);
        await stream.RequestStream.CompleteAsync();
        Assert.False(await stream.ResponseStream.MoveNext(TestEnd));
    }

    [Fact]
    public async Task A_bad_certificate_is_refused_once_and_the_last_good_one_serves_until_it_is_mended()
    {
        using var authority = new Authority();
        using var files = new TlsFolder(authority.IssueServer("CN=first"));
        await using var server = await ScoringServer.StartAsync([.. files.Settings, Poll]);
        using var reloads = new FileReloadRecorder(server);
        server.ExpectedLog = "The changed certificate is refused, and the last good one stays in force: Scoring:Tls:CertificateFile is";
        files.WriteCertificate("no certificate");
        await reloads.NextIsAsync("certificate", "refused");
        await using var meanwhile = new SecureCalls(server.Address, authority);
        await ListHeadsAsync(meanwhile);
        Assert.Equal("CN=first", meanwhile.Served);
        // Another change that leaves the same fault is no news.
        files.WriteCertificate("still no certificate");

        var second = authority.IssueServer("CN=second");
        files.WriteKey(second.Key);
        files.WriteCertificate(second.Certificate);
        await reloads.NextIsAsync("certificate", "accepted");
        Assert.Single(server.LogLines);
        await using var after = new SecureCalls(server.Address, authority);
        await ListHeadsAsync(after);
        Assert.Equal("CN=second", after.Served);
    }

    [Fact]
    public async Task A_client_has_a_certificate_of_the_named_authority_where_one_is_required()
    {
        using var authority = new Authority();
        using var clients = new Authority("CN=an authority of clients");
        using var others = new Authority("CN=an authority of others");
        using var files = new TlsFolder(authority.IssueServer(), clients.Pem);
        await using var server = await ScoringServer.StartAsync([.. files.Settings, "--Scoring:Tls:ClientCertificates=require"]);
        using var good = clients.IssueClient("CN=trainer");
        await using var known = new SecureCalls(server.Address, authority, good);
        await ListHeadsAsync(known);

        // In TLS 1.3 a client learns that its certificate is refused when it thinks that the handshake is over: gRPC then has a broken connection, or
        // a broken call.
        StatusCode[] broken = [StatusCode.Unavailable, StatusCode.Internal];
        await using var without = new SecureCalls(server.Address, authority);
        Assert.Contains((await Assert.ThrowsAsync<RpcException>(() => ListHeadsAsync(without))).StatusCode, broken);
        using var foreign = others.IssueClient("CN=trainer");
        await using var unknown = new SecureCalls(server.Address, authority, foreign);
        Assert.Contains((await Assert.ThrowsAsync<RpcException>(() => ListHeadsAsync(unknown))).StatusCode, broken);
    }

    [Fact]
    public async Task Nothing_is_fetched_that_a_certificate_of_a_stranger_names()
    {
        using var authority = new Authority();
        using var stranger = new Authority("CN=a stranger");
        using var files = new TlsFolder(authority.IssueServer(), authority.Pem);
        await using var server = await ScoringServer.StartAsync([.. files.Settings, "--Scoring:Tls:ClientCertificates=allow"]);
        using var elsewhere = new TcpListener(IPAddress.Loopback, 0);
        elsewhere.Start();
        using var certificate = stranger.IssueClient("CN=trainer", $"http://{elsewhere.LocalEndpoint}/issuer.crt");
        await using var calls = new SecureCalls(server.Address, authority, certificate);
        await Assert.ThrowsAsync<RpcException>(() => ListHeadsAsync(calls));
        Assert.False(elsewhere.Pending());
    }

    public static TheoryData<string, string[]> BadSettings => new()
    {
        { "Scoring:Tls:CertificateFile is '/nowhere/tls.crt', which cannot be used", ["--Scoring:Tls:CertificateFile=/nowhere/tls.crt"] },
        { "Scoring:Tls:CertificateFile is empty", ["--Scoring:Tls:KeyFile=/nowhere/tls.key"] },
        { "Scoring:Tls:ClientCaFile is empty",
            ["--Scoring:Tls:CertificateFile=FOLDER/tls.crt", "--Scoring:Tls:KeyFile=FOLDER/tls.key", "--Scoring:Tls:ClientCertificates=require"] },
        { "Scoring:Tls:ClientCaFile is 'FOLDER/tls.key', which cannot be used: it has no certificate in PEM", ["--Scoring:Tls:CertificateFile=FOLDER/tls.crt", "--Scoring:Tls:KeyFile=FOLDER/tls.key", "--Scoring:Tls:ClientCertificates=allow", "--Scoring:Tls:ClientCaFile=FOLDER/tls.key"] },
        { "Scoring:Tls:ClientCaFile is 'FOLDER/half.crt', which cannot be used: line LINE begins a block of PEM that is not whole", ["--Scoring:Tls:CertificateFile=FOLDER/tls.crt", "--Scoring:Tls:KeyFile=FOLDER/tls.key", "--Scoring:Tls:ClientCertificates=allow", "--Scoring:Tls:ClientCaFile=FOLDER/half.crt"] },
        { "Scoring:Tls:ClientCaFile is 'FOLDER/tls.crt', which cannot be used: 'CN=scoring' is issued by 'CN=an authority', whose certificate is not in the file", ["--Scoring:Tls:CertificateFile=FOLDER/tls.crt", "--Scoring:Tls:KeyFile=FOLDER/tls.key", "--Scoring:Tls:ClientCertificates=allow", "--Scoring:Tls:ClientCaFile=FOLDER/tls.crt"] },
        { "Scoring:Tls:KeyFile is 'FOLDER/tls.crt', which cannot be used", ["--Scoring:Tls:CertificateFile=FOLDER/tls.crt"] },
        { "Scoring:Tls:KeyFile is 'FOLDER/other.key', which cannot be used",
            ["--Scoring:Tls:CertificateFile=FOLDER/tls.crt", "--Scoring:Tls:KeyFile=FOLDER/other.key"] },
        { "whose certificate has expired at", ["--Scoring:Tls:CertificateFile=FOLDER/old.crt", "--Scoring:Tls:KeyFile=FOLDER/old.key"] },
    };

    [Theory]
    [MemberData(nameof(BadSettings), DisableDiscoveryEnumeration = true)]
    public async Task A_bad_file_or_setting_stops_the_start_with_a_line_that_names_it(string said, string[] settings)
    {
        using var authority = new Authority();
        using var files = new TlsFolder(authority.IssueServer());
        files.Write("other.key", authority.IssueServer().Key);
        var old = authority.IssueServer(daysLeft: -1);
        files.Write("old.crt", old.Certificate);
        files.Write("old.key", old.Key);
        files.Write("half.crt", $"An authority:\n{authority.Pem}\nand half of another:\n{authority.Pem[..200]}");
        said = said.Replace("LINE", $"{authority.Pem.Split('\n').Length + 3}", StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(
            () => ScoringServer.StartAsync([.. settings.Select(setting => setting.Replace("FOLDER", files.Path, StringComparison.Ordinal))]));
        Assert.Contains(
            refused.Failures, failure => failure.Contains(said.Replace("FOLDER", files.Path, StringComparison.Ordinal), StringComparison.Ordinal));
    }

    private static async Task ListHeadsAsync(SecureCalls calls) =>
        await calls.Generated.ListHeadsAsync(new ListHeadsRequest(), cancellationToken: TestEnd);

    private static async Task AnswerAsync(AsyncDuplexStreamingCall<V1.ScoreRequest, ScoreResponse> stream)
    {
        await stream.RequestStream.WriteAsync(new V1.ScoreRequest { Classes = 2, Logits = { 1, 1 } }, TestEnd);
        Assert.True(await stream.ResponseStream.MoveNext(TestEnd));
        Assert.Equal([0.5f, 0.5f], stream.ResponseStream.Current.Scores);
    }
}
