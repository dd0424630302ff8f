using CsCheck;

namespace Scoring.Heads.Tests;

/// <summary>Random rows with targets. Some are full of ties, some have masks, and few rows of many classes leave classes out.</summary>
internal sealed record RowSamples(EvaluationPlan Plan, float[] Logits, uint[] Targets)
{
    public static Gen<RowSamples> Of(Activation activation) =>
        from classes in Gen.Int[1, 12]
        from rows in Gen.Int[1, 60]
        from seed in Gen.Int
        from temperature in Gen.OneOf(Gen.Const(1f), Gen.Const(0.3f), Gen.Const(2.5f))
        from coarse in Gen.Bool
        from masked in Gen.Bool
        from biased in Gen.Bool
        select Make(activation, classes, rows, new Random(seed), temperature, coarse, masked, biased);

    public int Classes => Plan.Classes;

    public int Rows => Logits.Length / Classes;

    public override string ToString() => $"{Plan} [{string.Join(" ", Logits)}] [{string.Join(" ", Targets)}]";

    private static RowSamples Make(
        Activation activation, int classes, int rows, Random random, float temperature, bool coarse, bool masked, bool biased)
    {
        var head = new HeadDefinition
        {
            Name = "sampled",
            Activation = activation,
            Threshold = 0.4f,
            Bias = biased ? [.. Enumerable.Range(0, classes).Select(_ => (float)random.Next(-8, 9) / 4)] : [],
        };
        var logits = new float[rows * classes];
        for (var i = 0; i < logits.Length; i++)
        {
            // A row's first logit is never masked, so that every row has a score.
            logits[i] = masked && i % classes > 0 && random.Next(8) == 0
                ? float.NegativeInfinity
                : coarse ? random.Next(-2, 3) : (float)((random.NextDouble() * 12) - 6);
        }

        var perLabel = activation == Activation.Sigmoid;
        var targets = new uint[perLabel ? logits.Length : rows];
        for (var i = 0; i < targets.Length; i++)
        {
            var target = (uint)random.Next(perLabel ? 2 : classes);
            var logit = logits[perLabel ? i : (i * classes) + (int)target];
            // A masked class is no target: its loss would be infinite.
            targets[i] = float.IsFinite(logit) ? target : 0;
        }

        return new RowSamples(new EvaluationPlan(head, classes, temperature), logits, targets);
    }
}
