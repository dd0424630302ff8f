namespace Scoring.FunctionalTests.Telemetry;

/// <summary>Spans and instruments are heard by name, from every server in the process: these tests run while no other does.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class TelemetryTestGroup;
