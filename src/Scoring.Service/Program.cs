using Microsoft.Extensions.Options;
using Scoring.Service;

try
{
    await ScoringHost.Create(args).RunAsync();
    return 0;
}
catch (OptionsValidationException exception)
{
    foreach (var failure in exception.Failures)
    {
        Console.Error.WriteLine($"scoring: {failure}");
    }

    return 1;
}
catch (Exception exception) when (exception is IOException or InvalidDataException)
{
    Console.Error.WriteLine($"scoring: {exception.Message}");
    return 1;
}
