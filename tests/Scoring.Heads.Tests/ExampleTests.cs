using System.Reflection;
using System.Text;

namespace Scoring.Heads.Tests;

/// <summary>The example of the package's README is code that runs.</summary>
public sealed class ExampleTests
{
    private static readonly string Repository =
        typeof(ExampleTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "Repository").Value!;

    [Fact]
    public void The_example_runs()
    {
        float[] logits = [3, 0, 3, 0, 0, 1];
        uint[] targets = [0, 1, 1];

        var head = new HeadDefinition { Name = "pets", Activation = Activation.Softmax, Labels = new LabelTable(["cat", "dog"]), Classes = 2 };
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

        Assert.Equal(2.0 / 3, metrics.Accuracy);
        Assert.Empty(read.Problems);
        Assert.Equal(fit.Temperature, read.Heads.Single().Temperature);
    }

    [Fact]
    public void It_is_the_one_above()
    {
        var code = Lines("tests/Scoring.Heads.Tests/ExampleTests.cs").Where(line => line.Length > 0).ToHashSet();
        var shown = Lines("src/Scoring.Heads/README.md").SkipWhile(line => line != "```csharp").Skip(1).TakeWhile(line => line != "```").Where(line => line.Length > 0).ToArray();
        Assert.NotEmpty(shown);
        Assert.All(shown, line => Assert.Contains(line, code));
    }

    private static IEnumerable<string> Lines(string file) => File.ReadLines(Path.Combine(Repository, file)).Select(line => line.Trim());
}
