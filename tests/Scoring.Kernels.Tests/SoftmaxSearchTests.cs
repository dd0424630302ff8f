namespace Scoring.Kernels.Tests;

/// <summary>
/// Looks for rows on which softmax is as wrong as it can be: it changes a logit at a time, and keeps what moves one probability further from the
/// right one, upwards or downwards. docs/numerics.md has the bounds, why they hold, and what a longer search has found.
/// </summary>
public sealed class SoftmaxSearchTests
{
    private const int Steps = 12_000;

    [Theory]
    [InlineData(2, 9)]
    [InlineData(10, 9)]
    [InlineData(16, 9)]
    [InlineData(17, 13)]
    [InlineData(64, 13)]
    [InlineData(200, 13)]
    public void No_probability_that_is_driven_away_leaves_the_bound(int classes, double bound)
    {
        for (int sign = -1; sign <= 1; sign += 2)
        {
            Assert.InRange(Climb(classes, sign, new Random(classes)), 0, bound);
        }
    }

    /// <summary>The largest error that it has come to, in ULP of the right probability.</summary>
    private static double Climb(int classes, int sign, Random random)
    {
        float[] row = Samples.Uniform(classes, range: 2, seed: classes), probabilities = new float[classes];
        int target = random.Next(classes);
        double worst = sign * Error(row, target, probabilities);
        for (int step = 0; step < Steps; step++)
        {
            int column = random.Next(classes);
            float before = row[column];
            row[column] += (float)((random.NextDouble() - 0.5) * Math.Pow(2, -random.Next(14)));
            double error = sign * Error(row, target, probabilities);
            (worst, row[column]) = error >= worst ? (error, row[column]) : (worst, before);
        }

        return worst;
    }

    private static double Error(float[] row, int target, float[] probabilities)
    {
        Softmax.Compute(row, row.Length, probabilities);
        double right = 1 / row.Sum(logit => Math.Exp((double)logit - row[target]));
        double ulp = MathF.BitIncrement((float)right) - (double)(float)right;
        return (probabilities[target] - right) / ulp;
    }
}
