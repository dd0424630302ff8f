namespace Scoring.Kernels.Tests;

public sealed class ReferenceDataTests
{
    [Theory]
    [InlineData("iris")]
    [InlineData("digits")]
    public void Softmax_agrees_with_the_float64_probabilities_of_real_classifiers(string name)
    {
        (float[] logits, _, int classes) = Npy.Read<float>($"{name}.logits.npy");
        double[] expected = Npy.Read<double>($"{name}.probabilities.npy").Values;
        var probabilities = new float[logits.Length];

        Assert.Null(Softmax.Compute(logits, classes, probabilities));

        Assert.InRange(Reference.WorstUlps(probabilities, expected), 0, 5);
    }

    [Fact]
    public void Sigmoid_agrees_with_the_float64_probabilities_of_a_real_classifier()
    {
        (float[] logits, _, int classes) = Npy.Read<float>("attributes.logits.npy");
        double[] expected = Npy.Read<double>("attributes.probabilities.npy").Values;
        var probabilities = new float[logits.Length];

        Assert.Null(Sigmoid.Compute(logits, classes, probabilities));

        Assert.InRange(Reference.WorstUlps(probabilities, expected), 0, 4);
    }
}
