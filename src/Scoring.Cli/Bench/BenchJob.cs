namespace Scoring.Cli.Bench;

/// <summary>One run of <c>scoring bench</c>: finds or starts the service, puts the load on it, and reports.</summary>
/// <param name="plan">The load.</param>
/// <param name="anyClasses">Whether rows may be as wide as the head has them.</param>
/// <param name="server">Null for a service in a process of its own.</param>
/// <param name="settings">Settings of that service.</param>
/// <param name="json">Whether the report is for programs.</param>
internal sealed class BenchJob(LoadPlan plan, bool anyClasses, string? server, IReadOnlyList<string> settings, bool json)
{
    /// <exception cref="InvalidDataException">The service refused messages, or answered wrong; the report is printed all the same.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        StandardStreams.RequireOutput();
        LoadReport report;
        await using (var own = server is null ? await ServerProcess.StartAsync(settings, cancellationToken).ConfigureAwait(false) : null)
        {
            var fitting = await FitAsync(server ?? own!.Address, cancellationToken).ConfigureAwait(false);
            using var progress = new LoadProgressLine();
            report = await LoadAsync(fitting).ConfigureAwait(false);
            if (plan.Protocol != LoadProtocol.Native)
            {
                report = report with { TimesNative = await ProtocolComparison.RunAsync(fitting, LoadAsync).ConfigureAwait(false) };
            }

            Task<LoadReport> LoadAsync(LoadPlan load) => LoadGenerator.RunAsync(load, server ?? own!.Address, progress, cancellationToken);
        }

        Console.Write(json ? LoadReportJson.Format(report) : LoadReportText.Format(report));
        if (report.Errors + report.Wrong > 0)
        {
            throw new InvalidDataException($"{Plural.Of(report.Errors + report.Wrong, "message")} went wrong; the first: {report.FirstError}");
        }
    }

    /// <summary>The load that the head takes: what is refused measures nothing.</summary>
    private async Task<LoadPlan> FitAsync(string address, CancellationToken cancellationToken)
    {
        await using var connection = await ServiceConnection.OpenAsync(address, [], TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        var head = ServiceHead.Find(connection.Service, plan.Head);
        return head.Classes == 0 || head.Classes == plan.Classes ? plan
            : anyClasses ? plan with { Classes = (int)head.Classes }
            : throw new InvalidDataException($"head '{plan.Head}' has {Plural.Of(head.Classes, "class")}; --classes is {plan.Classes}");
    }
}
