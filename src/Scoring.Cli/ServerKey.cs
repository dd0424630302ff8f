namespace Scoring.Cli;

/// <summary>The API key for the service that <c>--server</c> names. It is no option: arguments can be read by whoever is on the machine.</summary>
internal static class ServerKey
{
    private const string Variable = "SCORING_API_KEY";

    /// <summary>Empty where there is none.</summary>
    public static string Read() => Environment.GetEnvironmentVariable(Variable)?.Trim() ?? string.Empty;
}
