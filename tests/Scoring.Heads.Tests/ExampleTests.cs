using System.Text;

namespace Scoring.Heads.Tests;

/// <summary>The example of the package's README is code that runs: a test of the pages holds them together.</summary>
public sealed class ExampleTests
{
    [Fact]
    public void The_example_runs()
    {
        float[] logits = [3, 0, 3, 0, 0, 1];
        uint[] targets = [0, 1, 1];

        var head = new HeadDefinition { Name = "pets", Activation = Activation.Softmax, Labels = new LabelTable(["cat", "dog"]), Classes = 2 };

        var rows = new HeadPlan(head, rows: 3, classes: 2);
        var probabilities = new float[logits.Length];
        if (HeadKernels.Scores(rows, logits, probabilities) is { } unscored)
        {
            Console.WriteLine($"Row {unscored.Row} has no probabilities: class {unscored.Column} is {unscored.Value}.");
        }

        var plan = new EvaluationPlan(head, Classes: 2, Temperature: 1);

        var evaluator = Evaluator.For(plan);
        if (evaluator.Add(logits, targets) is { } bad)
        {
            Console.WriteLine($"Row {bad.Row}, class {bad.Column}: {bad.Value} is not a logit.");
        }

        var metrics = (ClassMetrics)evaluator.Finish();
        Console.WriteLine($"cross-entropy {metrics.CrossEntropy}, accuracy {metrics.Accuracy}, calibration error {metrics.ExpectedCalibrationError}");

        var fit = TemperatureFit.Of(plan, logits, targets);
        string json = HeadJson.Write(head with { Temperature = fit.Temperature });

        HeadConfiguration read = HeadJson.Read(new MemoryStream(Encoding.UTF8.GetBytes(json)));
        Console.WriteLine($"{read.Heads.Count} heads, {read.Problems.Count} problems");

        Assert.Equal(1 / (1 + MathF.Exp(-3)), probabilities[0], 1e-6f);
        Assert.Equal(2.0 / 3, metrics.Accuracy);
        Assert.Empty(read.Problems);
        Assert.Equal(fit.Temperature, read.Heads.Single().Temperature);
    }
}
