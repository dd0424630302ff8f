using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Scoring.Client;
using Scoring.Kernels;
using Scoring.Protocol;
using Scoring.V1;
using ScoreRequest = Scoring.Client.ScoreRequest;

namespace Scoring.Example;

/// <summary>The examples of the pages, which a test holds to these: what they show is built.</summary>
internal static class PageExamples
{
    public static async Task ReadmeAsync(IAsyncEnumerable<ScoreRequest> requests, CancellationTokenSource end)
    {
        var cancellationToken = end.Token;

        await using var client = ScoringClient.Connect("http://localhost:8080");

        // One message: 2 rows of 3 classes.
        using var result = await client.ScoreAsync(new ScoreRequest { Classes = 3, Logits = new float[] { 1, 2, 3, 0, 0, 0 } });
        Console.WriteLine(string.Join(" ", result.ScoresOf(0).ToArray()));

        // Any number of messages, an IAsyncEnumerable<ScoreRequest>, over one call; results come in order, and a bounded window is in flight.
        await foreach (var scored in client.ScoreStreamAsync(requests, cancellationToken))
        {
            using (scored)
            {
                if (scored.Error is { } error)
                {
                    Console.WriteLine($"message {scored.Id}: {error.Code}: {error.Message}");
                }
            }
        }
    }

    public static async Task StreamAsync(
        ScoringClient client, IAsyncEnumerable<ScoreRequest> requests, Action<float[]> use, CancellationToken cancellationToken)
    {
        await foreach (var result in client.ScoreStreamAsync(requests, cancellationToken))
        {
            using (result)
            {
                if (result.Error is { } error)
                {
                    Console.WriteLine($"message {result.Id}: {error.Code} in row {error.Row}: {error.Message}");
                    continue;
                }

                Use(result.Scores);
            }
        }

        void Use(ReadOnlySpan<float> scores) => use(scores.ToArray());
    }

    public static async Task LabelsAsync(ScoringClient client, float[] logits)
    {
        using var result = await client.ScoreAsync(new ScoreRequest
        {
            Head = "pets",
            Logits = logits,
            Outputs = OutputSet.TopK | OutputSet.Labels | OutputSet.Loss,
            TargetLabels = ["cat", "dog"],
        });
        Console.WriteLine($"{result.TopLabels[0]}: {result.Losses[0]} nats");
    }

    public static async Task EvaluateAsync(ScoringClient client, IAsyncEnumerable<EvaluateRequest> messages, CancellationToken cancellationToken)
    {
        var metrics = await client.EvaluateAsync(messages, cancellationToken);
        var fit = await client.CalibrateAsync(messages, cancellationToken);
        Console.WriteLine($"cross-entropy {fit.Before.ClassMetrics.CrossEntropy} → {fit.After.ClassMetrics.CrossEntropy} with T = {fit.Temperature}");

        Console.WriteLine(metrics.Rows);
    }

    public static void AddClient(ExampleBuilder builder, IConfigurationSection section, X509Certificate2 certificate)
    {
        builder.Services.AddScoringClient(builder.Configuration.GetSection("Scoring:Client"));

        builder.Services.AddScoringClient(section)
            .AddHttpMessageHandler<TokenHandler>()
            .UseSocketsHttpHandler((handler, _) => handler.SslOptions.ClientCertificates = [certificate]);
    }

    public static async Task AddKeyAsync(IServiceCollection services, string key)
    {
        services.AddScoringClient(options => (options.Address, options.ApiKey) = ("https://scoring.example.com:8080", key));
        await using var client = ScoringClient.Connect("https://scoring.example.com:8080", new ScoringClientOptions { ApiKey = key });
    }

    public static void Kernels(float[] logits)
    {
        float[] probabilities = new float[logits.Length];
        if (Softmax.Compute(logits, classes: 1000, probabilities, temperature: 1.3f) is { } bad)
        {
            Console.WriteLine($"Row {bad.Row}, class {bad.Column}: {bad.Value} is not a logit.");
        }
    }

    /// <summary>Where an application is put together.</summary>
    internal sealed record ExampleBuilder(IServiceCollection Services, IConfiguration Configuration);

    private sealed class TokenHandler : DelegatingHandler;
}
