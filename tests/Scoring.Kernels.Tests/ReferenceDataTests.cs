using System.Text.Json;

namespace Scoring.Kernels.Tests;

public sealed class ReferenceDataTests
{
    [Theory]
    [InlineData("iris")]
    [InlineData("digits")]
    public void Softmax_agrees_with_the_float64_probabilities_of_real_classifiers(string name)
    {
        (float[] logits, _, int classes) = GoldenData.Read<float>($"{name}.logits.npy");
        double[] expected = GoldenData.Read<double>($"{name}.probabilities.npy").Values;
        var probabilities = new float[logits.Length];

        Assert.Null(Softmax.Compute(logits, classes, probabilities));

        Assert.InRange(Reference.WorstUlps(probabilities, expected), 0, 5);
    }

    [Fact]
    public void Sigmoid_agrees_with_the_float64_probabilities_of_a_real_classifier()
    {
        (float[] logits, _, int classes) = GoldenData.Read<float>("attributes.logits.npy");
        double[] expected = GoldenData.Read<double>("attributes.probabilities.npy").Values;
        var probabilities = new float[logits.Length];

        Assert.Null(Sigmoid.Compute(logits, classes, probabilities));

        Assert.InRange(Reference.WorstUlps(probabilities, expected), 0, 4);
    }

    [Theory]
    [InlineData("iris")]
    [InlineData("digits")]
    public void The_mean_cross_entropy_is_that_of_scikit_learn(string name)
    {
        (float[] logits, int rows, int classes) = GoldenData.Read<float>($"{name}.logits.npy");
        var losses = new float[rows];

        Assert.Null(CrossEntropy.Compute(logits, classes, GoldenData.Read<int>($"{name}.targets.npy").Values, losses));

        Assert.Equal(Expected(name, "cross_entropy"), losses.Average(loss => (double)loss), 1e-7);
    }

    [Fact]
    public void The_mean_binary_cross_entropy_is_that_of_scikit_learn()
    {
        (float[] logits, int rows, int classes) = GoldenData.Read<float>("attributes.logits.npy");
        byte[] labels = Array.ConvertAll(GoldenData.Read<int>("attributes.targets.npy").Values, label => (byte)label);
        var losses = new float[rows];

        Assert.Null(BinaryCrossEntropy.Compute(logits, classes, labels, losses));

        Assert.Equal(Expected("attributes", "binary_cross_entropy"), losses.Average(loss => (double)loss), 1e-7);
    }

    private static double Expected(string name, string metric)
    {
        using JsonDocument metrics = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "data", $"{name}.reference.json")));
        return metrics.RootElement.GetProperty(metric).GetDouble();
    }
}
