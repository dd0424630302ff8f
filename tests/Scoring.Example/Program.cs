using Scoring.Client;
using Scoring.Protocol;
using Scoring.V1;
using ScoreRequest = Scoring.Client.ScoreRequest;

await using var client = ScoringClient.Connect(args is [var address] ? address : "http://localhost:8080");

// One message: 2 rows of 3 classes.
using (var result = await client.ScoreAsync(new float[] { 1, 2, 3, 0, 0, 0 }, rows: 2, classes: 3))
{
    Console.WriteLine($"row 0: {string.Join(" ", result.ScoresOf(row: 0).ToArray())}");
}

// Any number of messages over one call; results come in their order.
await foreach (var result in client.ScoreStreamAsync(Rows()))
{
    using (result)
    {
        var text = result.Error is { } error ? $"{error.Code}: {error.Message}" : $"class {result.TopIndices[0]}";
        Console.WriteLine($"message {result.Id}: {text}");
    }
}

// Rows with their targets.
var metrics = await client.EvaluateAsync(RowsWithTargets());
Console.WriteLine($"accuracy {metrics.ClassMetrics.Accuracy}, cross-entropy {metrics.ClassMetrics.CrossEntropy:0.0000}");

static async IAsyncEnumerable<ScoreRequest> Rows()
{
    foreach (var row in new float[][] { [1, 2, 3], [3, 2, 1], [1, float.NaN, 3] })
    {
        // Where they come from may take its time.
        await Task.Yield();
        yield return new ScoreRequest { Classes = 3, Logits = row, Outputs = OutputSet.TopK };
    }
}

static async IAsyncEnumerable<EvaluateRequest> RowsWithTargets()
{
    await Task.Yield();
    yield return new EvaluateRequest { Classes = 3, Logits = { 1, 2, 3, 3, 2, 1 }, Targets = { 2, 1 } };
}
