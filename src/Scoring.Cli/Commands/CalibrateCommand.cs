using System.CommandLine;
using Scoring.Cli.Evaluate;

namespace Scoring.Cli.Commands;

/// <summary><c>scoring calibrate</c>: the temperature that makes a head's probabilities true.</summary>
internal static class CalibrateCommand
{
    public static Command Create()
    {
        var options = new EvaluationOptions();
        var output = new Option<string?>("--output", "-o")
        {
            Description = "Where the head's configuration goes, JSON. [default: printed]",
            HelpName = "heads.json",
        };
        output.Validators.Add(result => EvaluationOptions.RequireExtension(result, ".json"));
        var command = new Command(
            "calibrate",
            "Fits the temperature that minimises cross-entropy, and shows the metrics before and after. "
            + "Settings of a service within this process may follow after --.")
        {
            output,
        };
        options.AddTo(command);
        command.SetAction(parsed => CommandRunner.RunAsync(
            new EvaluationJob(options.Read(parsed) with { Output = parsed.GetValue(output) }, TimeProvider.System).CalibrateAsync));
        return command;
    }
}
