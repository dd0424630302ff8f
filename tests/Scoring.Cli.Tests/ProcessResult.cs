namespace Scoring.Cli.Tests;

/// <summary>What a process said and ended with.</summary>
internal sealed record ProcessResult(int ExitCode, string Output, string Error)
{
    public string[] OutputLines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Standard error, which must be one line and no stack trace.</summary>
    public string ErrorLine => Assert.Single(Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
}
