namespace Scoring.Cli.Bench;

/// <summary>
/// What a load costs in its protocol, in multiples of the same load in the service's own messages: the median of many short pairs, of which either
/// has the first turn as often, so that neither the compiler nor whatever else the machine does weighs on one of them alone.
/// </summary>
internal static class ProtocolComparison
{
    private const int Pairs = 10;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.25);

    /// <param name="plan">The load, in its protocol.</param>
    /// <param name="run">Puts a load on the server.</param>
    public static async Task<LoadRatio> RunAsync(LoadPlan plan, Func<LoadPlan, Task<LoadReport>> run)
    {
        var turn = plan with
        {
            Duration = plan.Duration < Longest ? plan.Duration : Longest,
            WarmUp = plan.WarmUp < WarmUp ? plan.WarmUp : WarmUp,
        };
        var own = turn with { Protocol = LoadProtocol.Native };
        var ratios = new LoadRatio[Pairs];
        for (var pair = 0; pair < Pairs; pair++)
        {
            var (first, second) = pair % 2 == 0 ? (turn, own) : (own, turn);
            var reports = (First: await run(first).ConfigureAwait(false), Second: await run(second).ConfigureAwait(false));
            ratios[pair] = pair % 2 == 0 ? reports.First.TimesOf(reports.Second) : reports.Second.TimesOf(reports.First);
        }

        return new LoadRatio(
            Median(ratios.Select(ratio => ratio.Time))!.Value,
            Median(ratios.Select(ratio => ratio.ClientCpu))!.Value,
            Median(ratios.Select(ratio => ratio.ServerCpu).OfType<double>()));
    }

    /// <summary>Null where there is none.</summary>
    private static double? Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? null : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
