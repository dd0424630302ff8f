namespace Scoring.FunctionalTests.Infrastructure;

/// <summary>What a head makes of a row, in float64 and straight from the definitions: x = logit / temperature + bias.</summary>
internal static class HeadScores
{
    public static double[] Scaled(ReadOnlySpan<float> logits, ReadOnlySpan<float> bias, double temperature)
    {
        var scaled = new double[logits.Length];
        for (var i = 0; i < scaled.Length; i++)
        {
            scaled[i] = (logits[i] / temperature) + (bias.IsEmpty ? 0 : bias[i]);
        }

        return scaled;
    }

    public static double LogSumExp(double[] scaled) => scaled.Max() + Math.Log(scaled.Sum(x => Math.Exp(x - scaled.Max())));

    public static double[] Softmax(double[] scaled) => [.. scaled.Select(x => Math.Exp(x - LogSumExp(scaled)))];

    public static double[] LogSoftmax(double[] scaled) => [.. scaled.Select(x => x - LogSumExp(scaled))];

    public static double[] Sigmoid(double[] scaled) => [.. scaled.Select(x => 1 / (1 + Math.Exp(-x)))];

    public static double Entropy(double[] scaled) => -Softmax(scaled).Sum(p => p * Math.Log(p));

    public static double BinaryCrossEntropy(double[] scaled, IEnumerable<uint> targets) =>
        scaled.Zip(targets, (x, target) => Math.Log(1 + Math.Exp(target == 1 ? -x : x))).Average();

    public static double[] Of(string activation, double[] scaled) => activation switch
    {
        "softmax" => Softmax(scaled),
        "log_softmax" => LogSoftmax(scaled),
        "sigmoid" => Sigmoid(scaled),
        _ => scaled,
    };

    /// <summary>The best k, best first.</summary>
    public static int[] Best(double[] scaled, int k) => [.. Enumerable.Range(0, scaled.Length).OrderByDescending(i => scaled[i]).Take(k)];

    /// <summary>Settings of a head with a bias.</summary>
    public static string[] WithBias(string name, string activation, params float[] bias) =>
    [
        $"--Scoring:Heads:{name}:activation={activation}",
        .. bias.Select((value, i) => FormattableString.Invariant($"--Scoring:Heads:{name}:bias:{i}={value:R}")),
    ];
}
