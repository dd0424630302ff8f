using System.Runtime.CompilerServices;
using Scoring.Client;

namespace Scoring.FunctionalTests.Infrastructure;

/// <summary>Streams of requests.</summary>
internal static class Source
{
    public static async IAsyncEnumerable<ScoreRequest> Of(params ScoreRequest[] requests)
    {
        foreach (var request in requests)
        {
            yield return request;
        }

        await Task.CompletedTask;
    }

    /// <summary>These, and then nothing until the stream is cancelled.</summary>
    public static IAsyncEnumerable<ScoreRequest> ThenSilence(IEnumerable<ScoreRequest> requests) => SilentAfter(requests, CancellationToken.None);

    public static IEnumerable<ScoreRequest> Rows(int messages, int rows, int classes) =>
        Enumerable.Range(0, messages).Select(i => new ScoreRequest { Classes = classes, Logits = Reference.Logits(rows * classes, seed: i) });

    private static async IAsyncEnumerable<ScoreRequest> SilentAfter(
        IEnumerable<ScoreRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var request in requests)
        {
            yield return request;
        }

        await Task.Delay(Timeout.Infinite, cancellationToken);
    }
}
