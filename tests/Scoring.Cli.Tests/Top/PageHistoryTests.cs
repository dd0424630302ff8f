using Scoring.Cli.Top;

namespace Scoring.Cli.Tests.Top;

public sealed class PageHistoryTests
{
    [Fact]
    public void Two_pages_tell_what_happened_in_a_second()
    {
        var history = new PageHistory();
        Assert.False(history.Add(Pages.At(10)));
        Assert.Null(history.Figures);
        Assert.False(history.Add(Pages.At(12)));

        var figures = history.Figures!;
        Assert.Equal(1050, figures.MessageRate);
        Assert.Equal(2750, figures.RowRate);
        Assert.Equal(100, figures.ErrorRate);
        Assert.Equal(30, figures.InvalidRows);
        Assert.Equal(100, figures.BatchRate, 9);
        Assert.Equal(10.5, figures.BatchMessages.Mean);
        Assert.Equal(0.0001, figures.Latency.Quantile(0.5)!.Value, 9);
        Assert.Equal(0.5, figures.Processors!.Value, 9);
        Assert.Equal(4, figures.Streams);
        Assert.Null(figures.RentedBytes);
        Assert.Equal(["decode", "queue", "kernel", "encode", "flush"], figures.Stages.Select(stage => stage.Name));
        Assert.All(figures.Stages, stage =>
        {
            Assert.Equal(0.2, stage.Share, 9);
            Assert.Equal(20e-6, stage.Mean!.Value, 9);
        });

        Assert.Equal(["iris", "softmax"], figures.Heads.Select(head => head.Name));
        Assert.Equal((1000, 2700, 100), (figures.Heads[0].Messages, figures.Heads[0].Rows, figures.Heads[0].Errors));
        Assert.Equal(0.8, figures.Heads[0].Confidence!.Value, 9);
        Assert.Equal([("setosa", 0.75), ("virginica", 0.25)], figures.Heads[0].Classes);
        Assert.Null(figures.Heads[1].Confidence);
        Assert.Empty(figures.Heads[1].Classes);
    }

    [Fact]
    public void A_service_that_was_started_anew_has_no_figures_until_its_second_page()
    {
        var history = new PageHistory();
        history.Add(Pages.At(clock: 100, seconds: 50));
        history.Add(Pages.At(clock: 101, seconds: 51));
        Assert.True(history.Add(Pages.At(clock: 105, seconds: 2)));
        Assert.Null(history.Figures);
        Assert.False(history.Add(Pages.At(clock: 106, seconds: 3)));
        Assert.Equal(1050, history.Figures!.MessageRate);
        Assert.Equal(TimeSpan.FromSeconds(1), history.Figures.DriftElapsed);
    }

    [Fact]
    public void A_counter_that_is_missing_was_started_anew()
    {
        var history = new PageHistory();
        history.Add(Pages.At(1));
        Assert.True(history.Add(MetricsPage.Parse("scoring_streams_open 0", TimeSpan.FromSeconds(2))));
    }

    [Fact]
    public void What_is_sampled_counts_over_a_minute_and_the_rest_since_the_page_before()
    {
        var history = new PageHistory();
        for (var second = 0; second <= 90; second++)
        {
            history.Add(Pages.At(second));
        }

        Assert.Equal(TimeSpan.FromSeconds(1), history.Figures!.Elapsed);
        Assert.Equal(TimeSpan.FromSeconds(60), history.Figures.DriftElapsed);
    }

    [Fact]
    public void An_interval_longer_than_a_minute_has_figures_too()
    {
        var history = new PageHistory();
        history.Add(Pages.At(0));
        history.Add(Pages.At(300));
        history.Add(Pages.At(600));
        Assert.Equal(1050, history.Figures!.MessageRate);
        Assert.Equal(TimeSpan.FromSeconds(300), history.Figures.DriftElapsed);
    }
}
