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
            new Head { Name = "newer", Activation = (Activation)9 },
            new Head { Name = "iris", Classes = 3, Activation = Activation.Softmax, Labels = { "setosa", "versicolor", "virginica" } },
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
    public async Task A_head_of_an_activation_that_is_not_known_is_refused()
    {
        await using var input = await LogitReaders.OpenAsync("1,2,3\n");
        var exception = Assert.Throws<InvalidDataException>(() => new ScoreTable(ServiceHead.Find(Service, "newer", input), 3, topK: 0));
        Assert.Equal("head 'newer' has the activation 9, which this version of scoring does not know", exception.Message);
    }

    [Fact]
    public async Task Classes_in_another_order_than_the_heads_are_refused()
    {
        await using var input = await LogitReaders.OpenAsync("logit_virginica,logit_setosa,logit_versicolor\n1,2,3\n");
        var exception = Assert.Throws<InvalidDataException>(() => ServiceHead.Find(Service, "iris", input));
        Assert.Equal(
            "input has the classes of head 'iris' at other places: 'setosa' is its class 1, and class 0 of the head", exception.Message);
    }

    [Fact]
    public async Task A_class_at_another_place_than_the_heads_is_refused_though_others_have_other_names()
    {
        await using var input = await LogitReaders.OpenAsync("logit_versicolor,logit_rose,logit_virginica\n1,2,3\n");
        var exception = Assert.Throws<InvalidDataException>(() => ServiceHead.Find(Service, "iris", input));
        Assert.Equal(
            "input has the classes of head 'iris' at other places: 'versicolor' is its class 0, and class 1 of the head", exception.Message);
    }

    [Theory]
    [InlineData("logit_0,logit_1,logit_2\n1,2,3\n")]
    [InlineData("logit_setosa,logit_rose,logit_virginica\n1,2,3\n")]
    public async Task Other_names_for_the_heads_classes_are_taken_for_them(string csv)
    {
        await using var input = await LogitReaders.OpenAsync(csv);
        Assert.Equal(["setosa", "versicolor", "virginica"], ServiceHead.Find(Service, "iris", input).Labels);
    }

    [Fact]
    public async Task Another_width_than_the_heads_is_refused()
    {
        await using var input = await LogitReaders.OpenAsync("1,2\n");
        var exception = Assert.Throws<InvalidDataException>(() => ServiceHead.Find(Service, "iris", input));
        Assert.Equal("head 'iris' has 3 classes; input has 2", exception.Message);
    }
}
