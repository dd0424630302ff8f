namespace Scoring.FunctionalTests.Abuse;

/// <summary>What the process holds is measured: these tests run while no other does.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class AbuseTestGroup;
