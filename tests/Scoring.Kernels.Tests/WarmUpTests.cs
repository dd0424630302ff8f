namespace Scoring.Kernels.Tests;

public sealed class WarmUpTests
{
    [Fact]
    public void Runs_over_logits_of_every_range_without_a_bad_one()
    {
        Assert.Null(Record.Exception(WarmUp.Run));
    }
}
