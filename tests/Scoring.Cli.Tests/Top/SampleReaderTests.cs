using Scoring.Cli.Top;

namespace Scoring.Cli.Tests.Top;

public sealed class SampleReaderTests
{
    [Theory]
    [InlineData("up 1", "up", 1)]
    [InlineData("up  1.5e-3 1795498702770", "up", 0.0015)]
    [InlineData("up +Inf", "up", double.PositiveInfinity)]
    [InlineData("up -Inf", "up", double.NegativeInfinity)]
    [InlineData("up NaN", "up", double.NaN)]
    [InlineData("up{} 3\r", "up", 3)]
    [InlineData("# HELP up Whether it is up.\n# TYPE up gauge\n\nup 2", "up", 2)]
    public void A_sample_has_a_name_and_a_value(string text, string name, double value)
    {
        var sample = Assert.Single(SampleReader.Read(text));
        Assert.Equal(name, sample.Name);
        Assert.Equal(value, sample.Value);
        Assert.Empty(sample.Labels);
    }

    [Fact]
    public void Labels_may_hold_anything()
    {
        var sample = Assert.Single(SampleReader.Read("""m{a="x, y=\"z\"}", b = "back\\slash\nline" ,} 7"""));
        Assert.Equal(7, sample.Value);
        Assert.Equal(new Dictionary<string, string> { ["a"] = "x, y=\"z\"}", ["b"] = "back\\slash\nline" }, sample.Labels);
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("up")]
    [InlineData("up one")]
    [InlineData("{a=\"b\"} 1")]
    [InlineData("m{a=\"b 1")]
    [InlineData("m{a=b} 1")]
    [InlineData("m{a} 1")]
    [InlineData("m{a=\"b\"")]
    public void What_is_no_sample_is_told_with_its_line(string line)
    {
        var exception = Assert.Throws<InvalidDataException>(() => SampleReader.Read($"up 1\n{line}\n").ToList());
        Assert.Equal("line 2 is no metric", exception.Message);
    }
}
