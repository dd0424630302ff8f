using System.Net.Sockets;
using Scoring.Client;
using Scoring.V1;

namespace Scoring.Cli.Tests.Commands;

/// <summary>A service that may have few files open, of which each connection is one.</summary>
public sealed class OpenFilesTests
{
    private static readonly string[] Serve = ["serve", "--port", "0", "--address", "127.0.0.1", "--http-port", "0", "--admin-port", "0"];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connections_that_nobody_asked_for_leave_files_for_the_calls_of_others()
    {
        var (process, address) = await ScoringProcess.ListeningAsync(ScoringProcess.StartWithFiles(2048, Serve));
        using (process)
        {
            await using var client = ScoringClient.Connect(address);
            await EvaluateAsync();
            var sockets = Enumerable.Range(0, 1300).Select(_ => new TcpClient()).ToList();
            var uri = new Uri(address);
            var refused = 0;
            foreach (var socket in sockets)
            {
                refused += await TryConnectAsync(socket, uri) ? 0 : 1;
            }

            // The default is 1,024, and those past it are closed at once.
            await Eventually.IsAsync(() => refused + sockets.Count(IsClosed) >= 1300 - 1024);
            for (var i = 0; i < 20; i++)
            {
                await EvaluateAsync();
            }

            sockets.ForEach(socket => socket.Dispose());
            process.Terminate();
            Assert.Equal(0, (await process.EndAsync()).ExitCode);

            Task<EvaluateResponse> EvaluateAsync() => client.EvaluateAsync(
                AsyncEnumerable.Repeat(new EvaluateRequest { Classes = 2, Logits = { 1, 2 }, Targets = { 1 } }, 1), TestEnd);
        }
    }

    private static async Task<bool> TryConnectAsync(TcpClient client, Uri address)
    {
        try
        {
            await client.ConnectAsync(address.Host, address.Port, TestEnd);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static bool IsClosed(TcpClient client) => client is { Connected: true, Available: 0 } && client.Client.Poll(0, SelectMode.SelectRead);

    [Fact]
    public async Task More_connections_than_there_are_files_for_are_warned_of()
    {
        using var process = ScoringProcess.StartWithFiles(2048, [.. Serve, "--", "--Scoring:Limits:Connections=2000"]);
        await process.ReadUntilAsync(
            "2000 connections (Scoring:Limits:Connections), where the process may have 2048 files open: there is room for 1024");
    }
}
