namespace Scoring.Cli.Tests.Commands;

/// <summary>One run of <c>scoring demo</c>, into a pipe, for all the tests that look at it.</summary>
public sealed class DemoRun : IAsyncLifetime
{
    internal ProcessResult Result { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Result = await ScoringProcess.RunAsync("demo");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
