using System.Text.Json;
using Scoring.Client.Connections;

namespace Scoring.Client.Tests.Cases;

/// <summary>Every client takes and refuses the addresses of <c>tests/clients/addresses.json</c> alike.</summary>
public sealed class AddressTests
{
    public static TheoryData<string, bool, string?, string?> Addresses =>
        [.. ClientCase.Read("addresses.json").EnumerateArray().Select(address => new TheoryDataRow<string, bool, string?, string?>(
            Text(address, "address")!, address.TryGetProperty("tls", out _), Text(address, "target"), Text(address, "refused")))];

    [Theory]
    [MemberData(nameof(Addresses))]
    public void An_address_is_taken_or_refused_as_by_every_client(string address, bool useTls, string? target, string? refused)
    {
        if (refused is not null)
        {
            var thrown = Assert.Throws<FormatException>(() => ScoringAddress.Parse(address, [], useTls));
            Assert.StartsWith($"'{address}' {refused}", thrown.Message, StringComparison.Ordinal);
            return;
        }

        var parsed = ScoringAddress.Parse(address, [], useTls);
        Assert.Equal(target, $"{parsed.Target.Host}:{parsed.Target.Port}");
        Assert.Equal(useTls ? "https" : "http", parsed.Target.Scheme);
        Assert.False(parsed.IsResolved);
    }

    private static string? Text(JsonElement address, string name) => address.TryGetProperty(name, out var value) ? value.GetString() : null;
}
