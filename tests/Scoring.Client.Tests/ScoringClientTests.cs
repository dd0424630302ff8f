namespace Scoring.Client.Tests;

public sealed class ScoringClientTests
{
    [Theory]
    [InlineData("localhost")]
    [InlineData("not an address")]
    public void What_is_no_address_is_refused_with_the_forms_that_are_taken(string address)
    {
        var thrown = Assert.Throws<ArgumentException>(() => ScoringClient.Connect(address));
        Assert.Contains(address, thrown.Message, StringComparison.Ordinal);
        Assert.Contains("http://host:port", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_window_of_nothing_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => ScoringClient.Connect("http://localhost", new ScoringClientOptions { MaxInFlightMessages = 0 }));
}
