using System.Net.Sockets;
using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Service;

namespace Scoring.FunctionalTests.Settings;

/// <summary>What keeps the service from starting is told in one line.</summary>
public sealed class StartErrorTests
{
    [Theory]
    [InlineData("Listen:Port")]
    [InlineData("Listen:HttpPort")]
    [InlineData("Admin:Port")]
    public async Task A_port_in_use_is_named_with_its_setting(string setting)
    {
        await using var other = await ScoringServer.StartAsync();
        var port = new Uri(other.Address).Port;
        Assert.Equal([$"Scoring:{setting} is {port}, which is in use"], await RefusedForAsync($"--Scoring:{setting}={port}"));
    }

    [Theory]
    [InlineData("Scoring:Listen:Address is '192.0.2.1', which is not an address of this machine", "--Scoring:Listen:Address=192.0.2.1")]
    [InlineData("Scoring:Admin:Address is '192.0.2.1', which is not an address of this machine", "--Scoring:Admin:Address=192.0.2.1",
        "--Scoring:Admin:Port=0")]
    [InlineData("Scoring:Listen:UnixSocket is '/nowhere/s.sock', whose folder is not there", "--Scoring:Listen:UnixSocket=/nowhere/s.sock")]
    [InlineData("'--Scoring:Auth:ApiKeysFile' is not a setting with a value; settings are written --Section:Key=value", "--Scoring:Auth:ApiKeysFile")]
    [InlineData(
        "'--Scoring:Listen:UnixSocket' is not a setting with a value; settings are written --Section:Key=value", "--Scoring:Listen:UnixSocket",
        "--Scoring:Auth:ApiKeysFile=keys.json")]
    [InlineData("'-Scoring:Auth:ApiKeysFile=keys.json' is not a setting with a value; settings are written --Section:Key=value",
        "-Scoring:Auth:ApiKeysFile=keys.json")]
    [InlineData("Scoring:Auth:ApiKeysFile has an empty value, from a variable or an argument; leave it out where there is to be none",
        "--Scoring:Auth:ApiKeysFile=")]
    [InlineData("Scoring:Auth:Jwt:KeysFile has an empty value, from a variable or an argument; leave it out where there is to be none",
        "--Scoring:Auth:Jwt:KeysFile=")]
    [InlineData(
        "Scoring:Auth:Jwt:HeadsClaim has an empty value, from a variable or an argument; leave it out where there is to be none",
        "--Scoring:Auth:Jwt:HeadsClaim=")]
    [InlineData("Scoring:Tls:CertificateFile has an empty value, from a variable or an argument; leave it out where there is to be none",
        "--Scoring:Tls:CertificateFile=")]
    [InlineData("'Scoring:Auth:ApiKeysFile' is not a setting with a value; settings are written --Section:Key=value", "Scoring:Auth:ApiKeysFile")]
    public async Task What_the_service_cannot_start_with_is_told_in_one_line(string said, params string[] settings) =>
        Assert.Equal([said], await RefusedForAsync(settings));

    [Fact]
    public async Task Two_settings_cannot_have_one_port()
    {
        await using var other = await ScoringServer.StartAsync();
        var port = new Uri(other.Address).Port;
        await other.StopAsync();
        Assert.Equal(
            [$"Scoring:Admin:Port is {port}, as is Scoring:Listen:Port; each needs a port of its own"],
            await RefusedForAsync($"--Scoring:Listen:Port={port}", $"--Scoring:Admin:Port={port}"));
    }

    [Fact]
    public async Task A_socket_that_is_there_or_has_too_long_a_path_is_told()
    {
        using var folder = new TemporaryFolder();
        var socket = folder["s.sock"];
        await using var server = await ScoringServer.StartAsync($"--Scoring:Listen:UnixSocket={socket}");
        Assert.StartsWith($"Scoring:Listen:UnixSocket is '{socket}', which is there already", Assert.Single(
            await RefusedForAsync($"--Scoring:Listen:UnixSocket={socket}")), StringComparison.Ordinal);
        Assert.True(File.Exists(socket));
        Assert.EndsWith(
            "which is too long for the path of a socket",
            Assert.Single(await RefusedForAsync($"--Scoring:Listen:UnixSocket={folder[new string('s', 200)]}")),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_on_which_nobody_listens_any_more_is_taken_over()
    {
        using var folder = new TemporaryFolder();
        var path = folder["s.sock"];
        using (var killed = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            killed.Bind(new UnixDomainSocketEndPoint(path));
            killed.Listen();
            // As a service leaves it that is killed: .NET removes the file of a socket where that was bound.
            File.Move(path, folder["left.sock"]);
        }

        File.Move(folder["left.sock"], path);
        await using var server = await ScoringServer.StartAsync($"--Scoring:Listen:UnixSocket={path}");
        await using var client = ScoringClient.Connect($"unix:{path}");
        Assert.NotEmpty((await client.ListHeadsAsync(TestContext.Current.CancellationToken)).Heads);
    }

    [Fact]
    public async Task A_file_that_is_no_socket_is_left_where_it_is()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("s.sock", "precious");
        Assert.Equal(
            [$"Scoring:Listen:UnixSocket is '{path}', which is there already, and is another service's socket or no socket"],
            await RefusedForAsync($"--Scoring:Listen:UnixSocket={path}"));
        Assert.Equal("precious", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("{ broken", "'b' is an invalid start")]
    [InlineData("""{ "Scoring": { "Limits": { "Rows": 1, "rows": 2 } } }""", "duplicate key 'Scoring:Limits:rows'")]
    public async Task A_file_of_settings_that_cannot_be_read_is_named_and_what_is_wrong_with_it(string text, string why)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("appsettings.json", text);
        var said = Assert.Single(await RefusedForAsync($"--contentRoot={folder.Path}"));
        Assert.Contains(file, said, StringComparison.Ordinal);
        Assert.Contains(why, said, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<string>> RefusedForAsync(params string[] settings) =>
        ScoringHost.FailedSettings(await Assert.ThrowsAnyAsync<Exception>(() => ScoringServer.StartAsync(settings)));
}
