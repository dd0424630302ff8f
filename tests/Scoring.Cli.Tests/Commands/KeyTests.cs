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

    private static async Task<(string Key, string Entry)> NewAsync(string name)
    {
        var result = await ScoringProcess.RunAsync("key", "new", name);
        Assert.Equal("", result.Error);
        Assert.Equal(0, result.ExitCode);
        var lines = result.Output.Split('\n');
        return (lines[1].Trim(), lines[3].Trim());
    }
}
