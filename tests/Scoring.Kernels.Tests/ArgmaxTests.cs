namespace Scoring.Kernels.Tests;

public sealed class ArgmaxTests
{
    [Fact]
    public void Finds_the_greatest_logit_wherever_it_stands()
    {
        foreach (int classes in (int[])[1, 2, 15, 16, 17, 33, 100, 1023, 1024, 1025, 3000])
        {
            for (int place = 0; place < classes; place += Math.Max(1, classes / 50))
            {
                float[] logits = Samples.Normal(classes);
                logits[place] = 100;
                var indices = new int[1];
                var maxima = new float[1];

                Assert.Null(Argmax.Compute(logits, classes, indices, maxima));

                Assert.Equal((place, 100f), (indices[0], maxima[0]));
            }
        }
    }

    [Fact]
    public void Gives_ties_to_the_lower_index_and_takes_minus_0_for_0()
    {
        foreach (int classes in (int[])[20, 1000, 5000])
        {
            var logits = new float[2 * classes];
            logits[0] = -1;
            logits[1] = -0f;
            logits.AsSpan(classes).Fill(-7);
            var indices = new int[2];

            Assert.Null(Argmax.Compute(logits, classes, indices));

            Assert.Equal([1, 0], indices);
        }
    }

    [Fact]
    public void Passes_over_masks()
    {
        var logits = new float[50];
        logits.AsSpan().Fill(float.NegativeInfinity);
        logits[49] = -3e38f;
        var indices = new int[1];

        Assert.Null(Argmax.Compute(logits, 50, indices));

        Assert.Equal(49, indices[0]);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Gives_a_bad_row_no_index(float bad)
    {
        foreach (int column in (int[])[0, 31, 32, 63, 64, 98, 99])
        {
            float[] logits = Samples.Normal(300);
            logits[100 + column] = bad;
            logits.AsSpan(200).Fill(float.NegativeInfinity);
            var indices = new int[3];
            var maxima = new float[3];

            Assert.Equal(new InvalidLogit(1, column, bad), Argmax.Compute(logits, 100, indices, maxima));

            Assert.True(indices[0] >= 0 && float.IsFinite(maxima[0]));
            Assert.Equal((-1, -1, float.NaN, float.NaN), (indices[1], indices[2], maxima[1], maxima[2]));
        }
    }
}
