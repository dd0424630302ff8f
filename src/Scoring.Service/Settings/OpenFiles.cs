using System.Globalization;

namespace Scoring.Service.Settings;

/// <summary>
/// The files that the process may have open, of which each connection is one. Without one that is free, .NET can start no thread and ends the
/// process.
/// </summary>
internal static class OpenFiles
{
    /// <summary>What is open in a service that has just started: 253 were counted, and 256 with two of Prometheus' connections.</summary>
    private const int AtStart = 260;

    /// <summary>
    /// What is open at the start, with room for connections beyond the limit, which take a file until
    /// they are closed, and for the admin port's.
    /// </summary>
    private const int Others = 1024;

    private const string Name = "Max open files";

    /// <summary>How many there may be; null where the system does not tell. .NET raises it as far as it may.</summary>
    public static int? Limit { get; } = Find();

    /// <summary>The most connections that there are files for.</summary>
    public static int MostConnections => Limit is { } limit ? Math.Max(1, Math.Max(limit - Others, Quarter(limit))) : int.MaxValue;

    /// <summary>
    /// The most that are accepted, of which those beyond the limit are closed at once: some more, so that it can be seen that they are refused, and
    /// that whoever looks after the service finds room.
    /// </summary>
    public static int MostAccepted(int connections) =>
        (int)Math.Min(int.MaxValue, connections + (long)Math.Min(Others / 2, Math.Max(1, Quarter(Limit ?? int.MaxValue))));

    /// <summary>What is wrong with the limits, for the log; null where they fit.</summary>
    public static string? Problem(int connections) => connections <= MostConnections
        ? null
        : $"{connections} connections (Scoring:Limits:Connections), where the process may have {Limit} files open: there is room for "
            + $"{MostConnections}";

    /// <summary>Of those that are not open at the start.</summary>
    private static int Quarter(int limit) => (limit - AtStart) / 4;

    private static int? Find()
    {
        try
        {
            if (!OperatingSystem.IsLinux()
                || File.ReadLines("/proc/self/limits").FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal)) is not { } line)
            {
                return null;
            }

            // After the name the soft limit, the hard one and the unit.
            var soft = line[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
            return int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
