namespace Scoring.Kernels.Tests;

public sealed class InvalidLogitsTests
{
    [Fact]
    public void Finds_a_bad_logit_wherever_it_stands()
    {
        for (int classes = 1; classes <= 100; classes++)
        {
            for (int column = 0; column < classes; column++)
            {
                foreach (float bad in (float[])[float.NaN, -float.NaN, float.PositiveInfinity])
                {
                    float[] logits = Samples.Normal(2 * classes);
                    logits[classes + column] = bad;

                    InvalidLogit? invalid = InvalidLogits.Find(logits, classes);

                    Assert.Equal(new InvalidLogit(1, column, bad), invalid);
                }
            }
        }
    }

    [Fact]
    public void Takes_masks_for_good_but_not_a_row_of_them()
    {
        float[] logits = [0, float.NegativeInfinity, float.MaxValue, float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity];

        Assert.Null(InvalidLogits.Find(logits.AsSpan(0, 4), 2));
        Assert.Equal(new InvalidLogit(2, 0, float.NegativeInfinity), InvalidLogits.Find(logits, 2));
    }
}
