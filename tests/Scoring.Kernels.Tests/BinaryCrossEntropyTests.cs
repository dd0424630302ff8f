namespace Scoring.Kernels.Tests;

public sealed class BinaryCrossEntropyTests
{
    [Theory]
    [InlineData(1f, 5)]
    [InlineData(0.5f, 60)]
    [InlineData(3f, 0.01)]
    public void Agrees_with_float64_at_every_width_to_100(float temperature, double deviation)
    {
        for (int classes = 1; classes <= 100; classes++)
        {
            float[] logits = Samples.Normal(classes, deviation, seed: classes), bias = Samples.Normal(classes, deviation, seed: 4);
            byte[] labels = Array.ConvertAll(Samples.Normal(classes, seed: 6), value => value > 0 ? (byte)1 : (byte)0);
            var loss = new float[1];

            Assert.Null(BinaryCrossEntropy.Compute(logits, classes, labels, loss, temperature, bias));

            double expected = Reference.Scores(logits, temperature, bias).Zip(labels, (z, label) => SoftPlus(label == 1 ? -z : z)).Average();
            Assert.Equal(expected, loss[0], 2.5e-7 * expected);
        }
    }

    [Fact]
    public void Counts_a_mask_as_a_certain_no()
    {
        var losses = new float[2];

        Assert.Null(BinaryCrossEntropy.Compute([0, float.NegativeInfinity, 0, float.NegativeInfinity], 2, [0, 0, 0, 1], losses));

        Assert.Equal(Math.Log(2) / 2, losses[0], 1e-7);
        Assert.Equal(float.PositiveInfinity, losses[1]);
    }

    [Fact]
    public void Refuses_labels_other_than_0_and_1_and_names_bad_logits()
    {
        var losses = new float[2];

        Assert.Throws<ArgumentException>(() => BinaryCrossEntropy.Compute(new float[4], 2, [0, 1, 2, 0], losses));
        Assert.Equal(new InvalidLogit(1, 1, float.NaN), BinaryCrossEntropy.Compute([0, 0, 0, float.NaN], 2, [0, 1, 1, 0], losses));
        Assert.True(float.IsFinite(losses[0]) && float.IsNaN(losses[1]));
    }

    private static double SoftPlus(double z) => z > 0 ? z + Log1P(Math.Exp(-z)) : Log1P(Math.Exp(z));

    private static double Log1P(double x) => x < 1e-5 ? x - (x * x / 2) : Math.Log(1 + x);
}
