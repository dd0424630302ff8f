using System.CommandLine;
using Scoring.Service;

namespace Scoring.Cli.Commands;

/// <summary><c>scoring key new</c>: an API key for a caller, and what the service keeps of it.</summary>
internal static class KeyCommand
{
    public static Command Create() => new("key", "Makes API keys for a service that knows its callers by them.") { CreateNew() };

    private static Command CreateNew()
    {
        var name = new Argument<string>("name") { Description = $"Whose key it is: {NewApiKey.Names}." };
        name.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !NewApiKey.IsName(token.Value))
            {
                result.AddError($"'{token.Value}' is not a name; it must be {NewApiKey.Names}.");
            }
        });
        var command = new Command(
            "new", "Prints a new key, and what the file of Scoring:Auth:ApiKeysFile has of it: a hash, which is no secret.") { name };
        command.SetAction(parsed => CommandRunner.RunAsync(_ => Print(NewApiKey.Create(parsed.GetValue(name)!))));
        return command;
    }

    private static Task Print(NewApiKey key)
    {
        StandardStreams.RequireOutput();
        Console.WriteLine("The key, for its owner; it is shown this once:");
        Console.WriteLine($"  {key.Key}");
        Console.WriteLine("For the object in the file of Scoring:Auth:ApiKeysFile:");
        Console.WriteLine($"  {key.Entry}");
        return Task.CompletedTask;
    }
}
