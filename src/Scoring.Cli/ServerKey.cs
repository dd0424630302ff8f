namespace Scoring.Cli;

/// <summary>The API key for the service that a command calls. It is no option: arguments can be read by whoever is on the machine.</summary>
internal static class ServerKey
{
    private const string Variable = "SCORING_API_KEY";

    /// <summary>Empty where there is none.</summary>
    /// <exception cref="InvalidDataException">It is no key. It is not told what it is: it may be a secret all the same.</exception>
    public static string Read()
    {
        var key = Environment.GetEnvironmentVariable(Variable)?.Trim() ?? string.Empty;
        return key.All(character => character is >= '!' and <= '~')
            ? key
            : throw new InvalidDataException($"{Variable} is no API key: it must be of visible ASCII characters");
    }
}
