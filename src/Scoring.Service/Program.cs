using System.Net.Sockets;
using Scoring.Service;

try
{
    await ScoringHost.Create(args).RunAsync();
    return 0;
}
catch (Exception exception) when (ScoringHost.FailedSettings(exception) is { Count: > 0 } failures)
{
    foreach (var failure in failures)
    {
        Console.Error.WriteLine($"scoring: {failure}");
    }

    return 1;
}
catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException or SocketException)
{
    Console.Error.WriteLine($"scoring: {exception.Message}");
    return 1;
}
