using Scoring.Cli.Files;
using Scoring.Cli.Tests.Files;
using Scoring.V1;

namespace Scoring.Cli.Tests.Score;

public sealed class ServiceHeadTests
{
    private static readonly ListHeadsResponse Service = new()
    {
        Heads =
        {
            new Head { Name = "softmax" },
            new Head { Name = "iris", Classes = 3, Labels = { "setosa", "versicolor", "virginica" } },
        },
    };

    [Fact]
    public async Task A_heads_labels_name_the_columns_of_a_file_that_has_none()
    {
        await using var input = await LogitReaders.OpenAsync("1,2,3\n");
        var table = new ScoreTable(ServiceHead.Find(Service, "iris", input), 3, topK: 0);
        Assert.Equal(
            ["predicted", "probability", "probability_setosa", "probability_versicolor", "probability_virginica"],
            table.Columns.Select(column => column.Name));
    }

    [Fact]
    public async Task Classes_in_another_order_than_the_heads_are_refused()
    {
        await using var input = await LogitReaders.OpenAsync("logit_virginica,logit_setosa,logit_versicolor\n1,2,3\n");
        var exception = Assert.Throws<InvalidDataException>(() => ServiceHead.Find(Service, "iris", input));
        Assert.Contains("another order: virginica, setosa, versicolor", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_width_than_the_heads_is_refused()
    {
        await using var input = await LogitReaders.OpenAsync("1,2\n");
        var exception = Assert.Throws<InvalidDataException>(() => ServiceHead.Find(Service, "iris", input));
        Assert.Equal("head 'iris' has 3 classes; input has 2", exception.Message);
    }
}
