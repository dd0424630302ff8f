using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Scoring.Cli.Tests.Commands;

public sealed class KeyTests
{
    [Fact]
    public async Task A_new_key_is_random_and_the_file_has_its_hash()
    {
        var (key, entry) = await NewAsync("trainer-1");
        Assert.Matches("^scoring_[A-Za-z0-9_-]{43}$", key);
        using var file = JsonDocument.Parse($"{{ {entry} }}");
        var hash = file.RootElement.GetProperty("trainer-1").GetProperty("sha256").GetString();
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))), hash);
        Assert.NotEqual(key, (await NewAsync("trainer-1")).Key);
    }

    [Fact]
    public async Task Whoever_has_a_key_in_the_environment_is_served()
    {
        using var folder = new TemporaryFolder();
        var (key, entry) = await NewAsync("trainer");
        var setting = "--Scoring:Auth:ApiKeysFile=" + folder.Write("keys.json", $"{{ {entry} }}");
        var (service, address) = await ScoringProcess.ServeAsync("--unix-socket", folder["service.sock"], "--", setting);
        using (service)
        {
            string[][] commands =
            [
                ["heads", "--server", address],
                ["score", folder.Write("in.csv", "1,2\n"), "--output", "-", "--server", address],
                ["score", folder["in.csv"], "--output", "-", "--", setting],
                ["bench", "--duration", "0.2", "--warm-up", "0.2", "--server", address],
            ];
            foreach (var command in commands)
            {
                var stranger = await ScoringProcess.RunAsync(command);
                Assert.Contains("the call has no credentials", stranger.Error, StringComparison.Ordinal);
                Assert.NotEqual(0, stranger.ExitCode);

                using var known = ScoringProcess.StartWith("SCORING_API_KEY", key, command);
                known.Input.Close();
                var result = await known.EndAsync();
                Assert.Equal(0, result.ExitCode);
                Assert.DoesNotContain(key, result.Error + result.Output, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a\tb")]
    [InlineData("schlüssel")]
    public async Task What_is_no_key_is_told_and_not_shown(string key)
    {
        string[][] commands = [["heads"], ["bench"]];
        foreach (var command in commands)
        {
            using var process = ScoringProcess.StartWith("SCORING_API_KEY", key, [.. command, "--server", "http://localhost:1"]);
            process.Input.Close();
            var result = await process.EndAsync();
            Assert.Equal(1, result.ExitCode);
            Assert.Equal("scoring: SCORING_API_KEY is no API key: it must be of visible ASCII characters", result.ErrorLine);
        }
    }

    [Fact]
    public async Task A_key_that_cannot_be_shown_is_an_error_in_one_line()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full");
        using var process = Process.Start(new ProcessStartInfo("sh")
        {
            ArgumentList = { "-c", "dotnet \"$0\" key new trainer > /dev/full", Path.Combine(AppContext.BaseDirectory, "scoring.dll") },
            RedirectStandardError = true,
        })!;
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, process.ExitCode);
        Assert.Matches("^scoring: No space left on device[^\n]*\n$", error);
    }

    private static async Task<(string Key, string Entry)> NewAsync(string name)
    {
        var result = await ScoringProcess.RunAsync("key", "new", name);
        Assert.Equal("", result.Error);
        Assert.Equal(0, result.ExitCode);
        var lines = result.Output.Split('\n');
        return (lines[1].Trim(), lines[3].Trim());
    }
}
