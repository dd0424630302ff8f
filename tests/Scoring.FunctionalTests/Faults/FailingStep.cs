namespace Scoring.FunctionalTests.Faults;

/// <summary>What a codec does with a message.</summary>
public enum FailingStep
{
    Read,
    Size,
    Write,
}
