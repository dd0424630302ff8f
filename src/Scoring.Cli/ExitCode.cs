namespace Scoring.Cli;

/// <summary>What the process ends with.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>What was asked for could not be done.</summary>
    public const int Failure = 1;

    /// <summary>What was asked for does not make sense.</summary>
    public const int Usage = 2;

    /// <summary>Ended by SIGHUP, as shells count it: 128 + 1.</summary>
    public const int HungUp = 129;

    /// <summary>Ended by SIGINT, as shells count it: 128 + 2.</summary>
    public const int Interrupted = 130;

    /// <summary>Ended by SIGTERM: 128 + 15.</summary>
    public const int Terminated = 143;
}
