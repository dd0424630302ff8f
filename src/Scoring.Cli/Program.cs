using System.CommandLine;
using System.CommandLine.Invocation;
using Scoring.Cli;
using Scoring.Cli.Commands;

StandardStreams.Prepare();

var root = new RootCommand("Turns logits into probabilities: a streaming scoring service, and what it takes to use it from a shell.")
{
    DemoCommand.Create(),
    ServeCommand.Create(),
    HeadsCommand.Create(),
    KeyCommand.Create(),
    ScoreCommand.Create(),
    EvaluateCommand.Create(),
    CalibrateCommand.Create(),
    BenchCommand.Create(),
    TopCommand.Create(),
};

var parsed = root.Parse(args.Length == 0 ? ["--help"] : args);
if (parsed.Action is ParseErrorAction usage)
{
    usage.ShowHelp = false;
    await parsed.InvokeAsync(new InvocationConfiguration { Output = Console.Error }).ConfigureAwait(false);
    var command = string.Concat(parsed.CommandResult.Command.Parents.OfType<Command>().Prepend(
        parsed.CommandResult.Command).TakeWhile(part => part != root).Reverse().Select(part => $" {part.Name}"));
    Console.Error.WriteLine($"Try 'scoring{command} --help'.");
    return ExitCode.Usage;
}

// The commands see to signals themselves: the service knows how to drain.
return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }).ConfigureAwait(false);
