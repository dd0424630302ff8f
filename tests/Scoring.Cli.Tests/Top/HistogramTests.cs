using Scoring.Cli.Top;

namespace Scoring.Cli.Tests.Top;

public sealed class HistogramTests
{
    [Fact]
    public void Only_what_came_between_the_pages_counts()
    {
        var histogram = Between(
            """scoring_x_bucket{le="1"} 100 | scoring_x_bucket{le="2"} 100 | scoring_x_bucket{le="+Inf"} 100 | scoring_x_count 100 | scoring_x_sum 50""",
            """scoring_x_bucket{le="1"} 100 | scoring_x_bucket{le="2"} 110 | scoring_x_bucket{le="+Inf"} 110 | scoring_x_count 110 | scoring_x_sum 65""");
        Assert.Equal(10, histogram.Count);
        Assert.Equal(1.5, histogram.Mean);
        Assert.Equal(1.5, histogram.Quantile(0.5));
        Assert.Equal(1.9, histogram.Quantile(0.9)!.Value, 9);
    }

    [Fact]
    public void Past_the_last_bound_a_quantile_is_that_bound()
    {
        var histogram = Between(
            """scoring_x_bucket{le="1"} 0 | scoring_x_bucket{le="+Inf"} 0 | scoring_x_count 0""",
            """scoring_x_bucket{le="1"} 5 | scoring_x_bucket{le="+Inf"} 10 | scoring_x_count 10""");
        Assert.Equal(0.8, histogram.Quantile(0.4)!.Value, 9);
        Assert.Equal(1, histogram.Quantile(0.99));
    }

    [Fact]
    public void A_label_picks_its_series_and_none_adds_them_up()
    {
        const string Before = """scoring_x_count{s="a"} 0 | scoring_x_sum{s="a"} 0""";
        const string After = """scoring_x_count{s="a"} 2 | scoring_x_sum{s="a"} 4 | scoring_x_count{s="b"} 2 | scoring_x_sum{s="b"} 8""";
        Assert.Equal(4, Between(Before, After, ("s", "b")).Mean);
        Assert.Equal(3, Between(Before, After).Mean);
    }

    [Fact]
    public void Of_nothing_there_is_neither_mean_nor_quantile()
    {
        const string Page = """scoring_x_bucket{le="1"} 5 | scoring_x_bucket{le="+Inf"} 5 | scoring_x_count 5 | scoring_x_sum 1""";
        var histogram = Between(Page, Page);
        Assert.Null(histogram.Mean);
        Assert.Null(histogram.Quantile(0.5));
        Assert.Null(Between("scoring_y 1", "scoring_y 1").Quantile(0.5));
    }

    private static Histogram Between(string before, string after, (string, string)? label = null) =>
        Histogram.Between(Page(before), Page(after), "scoring_x", label);

    private static MetricsPage Page(string lines) => MetricsPage.Parse(lines.Replace(" | ", "\n", StringComparison.Ordinal), TimeSpan.Zero);
}
