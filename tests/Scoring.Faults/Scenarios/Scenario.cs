namespace Scoring.Faults.Scenarios;

/// <summary>A kind of fault, under the load of ten clients.</summary>
/// <param name="Name">On the command line.</param>
/// <param name="What">What is done.</param>
/// <param name="Quick">How often, or for how many seconds, in CI.</param>
/// <param name="Full">The same for the tables of docs/reliability.md.</param>
/// <param name="RunAsync">Does it.</param>
internal sealed record Scenario(string Name, string What, int Quick, int Full, Func<int, Task<Outcome>> RunAsync);
