namespace Scoring.Cli.Top;

/// <summary>What a stage of the batches took; seconds.</summary>
/// <param name="Name">Such as <c>kernel</c>.</param>
/// <param name="Mean">Of a batch; null where there was none.</param>
/// <param name="P99">Of the batches.</param>
/// <param name="Share">Of the time of all stages, 0 to 1.</param>
internal sealed record StageFigures(string Name, double? Mean, double? P99, double Share);
