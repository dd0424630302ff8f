using Scoring.V1;

namespace Scoring.Cli.Evaluate;

/// <summary>Rows of one class that are taken for another.</summary>
/// <param name="Target">The class that they are of.</param>
/// <param name="Predicted">The class that they are taken for.</param>
/// <param name="Rows">How many.</param>
/// <param name="Share">Of the rows of <paramref name="Target"/>, 0 to 1.</param>
internal sealed record Confusion(int Target, int Predicted, ulong Rows, double Share)
{
    /// <summary>All there are, the most frequent first; none where the service counts none, for want of memory.</summary>
    public static IEnumerable<Confusion> Of(EvaluateResponse response)
    {
        var (metrics, classes) = (response.ClassMetrics, (int)response.Classes);
        return metrics.Confusion.Index()
            .Where(cell => cell.Item > 0 && cell.Index / classes != cell.Index % classes)
            .Select(cell => new Confusion(
                cell.Index / classes, cell.Index % classes, cell.Item, (double)cell.Item / metrics.PerClass[cell.Index / classes].Support))
            .OrderByDescending(confusion => confusion.Rows);
    }
}
