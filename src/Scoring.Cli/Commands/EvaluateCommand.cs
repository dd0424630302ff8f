using System.CommandLine;
using Scoring.Cli.Evaluate;

namespace Scoring.Cli.Commands;

/// <summary><c>scoring evaluate</c>: how right a file of logits is.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        var options = new EvaluationOptions();
        var command = new Command(
            "evaluate",
            "Measures logits against their targets: losses, accuracy, calibration. Settings of a service within this process may follow after --.");
        options.AddTo(command);
        command.SetAction(parsed => CommandRunner.RunAsync(new EvaluationJob(options.Read(parsed), TimeProvider.System).EvaluateAsync));
        return command;
    }
}
