namespace Scoring.Cli.Top;

/// <summary>What a head did.</summary>
/// <param name="Name">The head.</param>
/// <param name="Messages">A second, with those that were refused.</param>
/// <param name="Rows">A second.</param>
/// <param name="Errors">Messages a second that were not scored.</param>
/// <param name="Confidence">The mean probability of the best class of sampled rows; null where none was sampled.</param>
/// <param name="Entropy">The mean entropy of sampled rows, in nats.</param>
/// <param name="Classes">The share of each predicted class, the most frequent first.</param>
internal sealed record HeadFigures(
    string Name,
    double Messages,
    double Rows,
    double Errors,
    double? Confidence,
    double? Entropy,
    IReadOnlyList<(string Class, double Share)> Classes);
