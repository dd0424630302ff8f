namespace Scoring.Kernels.Tests;

public sealed class GroupedSoftmaxTests
{
    private static readonly int[] Widths = [3, 16, 1, 100, 5];

    [Theory]
    [InlineData(1f)]
    [InlineData(0.4f)]
    public void Every_group_has_the_bits_of_its_own_softmax(float temperature)
    {
        const int Rows = 6;
        int classes = Widths.Sum();
        float[] logits = Samples.Normal(Rows * classes), bias = Samples.Normal(classes, 1, seed: 2);
        float[] probabilities = new float[logits.Length], inPlace = (float[])logits.Clone(), expected = new float[logits.Length];
        for (int row = 0; row < Rows; row++)
        {
            int start = 0;
            foreach (int width in Widths)
            {
                int first = (row * classes) + start;
                Softmax.Compute(logits.AsSpan(first, width), width, expected.AsSpan(first, width), temperature, bias.AsSpan(start, width));
                start += width;
            }
        }

        Assert.Null(GroupedSoftmax.Compute(logits, Widths, probabilities, temperature, bias));
        Assert.Null(GroupedSoftmax.Compute(inPlace, Widths, inPlace, temperature, bias));

        Assert.Equal(Samples.Bits(expected), Samples.Bits(probabilities));
        Assert.Equal(Samples.Bits(expected), Samples.Bits(inPlace));
    }

    [Fact]
    public void A_bad_group_makes_its_whole_row_bad_and_is_named_by_the_rows_column()
    {
        float[] logits = [1, 2, 3, 4, 1, 2, 3, float.NaN, float.PositiveInfinity, 2, 3, 4];
        var probabilities = new float[12];

        Assert.Equal(new InvalidLogit(1, 3, float.NaN), GroupedSoftmax.Compute(logits, [2, 2], probabilities));

        Assert.All(probabilities[4..], probability => Assert.True(float.IsNaN(probability)));
        Assert.All(probabilities[..4], probability => Assert.True(probability > 0));
    }

    [Fact]
    public void Refuses_widths_that_do_not_fit()
    {
        Assert.Throws<ArgumentException>(() => GroupedSoftmax.Compute(new float[4], [2, 1], new float[4]));
        Assert.Throws<ArgumentOutOfRangeException>(() => GroupedSoftmax.Compute(new float[4], [4, 0], new float[4]));
        Assert.Throws<ArgumentOutOfRangeException>(() => GroupedSoftmax.Compute(new float[4], [], new float[4]));
    }
}
