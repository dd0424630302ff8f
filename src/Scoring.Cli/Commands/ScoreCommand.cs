using System.CommandLine;
using Scoring.Cli.Score;
using Scoring.V1;

namespace Scoring.Cli.Commands;

/// <summary><c>scoring score</c>: a file of logits in, a file of scores out.</summary>
internal static class ScoreCommand
{
    public static Command Create()
    {
        var input = new Argument<string>("input")
        {
            Description = "Logits, one row for each sample: .npy (rows × classes of <f2, <f4 or <f8) or CSV; - for standard input.",
        };
        var head = new Option<string>("--head")
        {
            Description = "What becomes of a row: softmax, log_softmax, sigmoid, linear, or a head that the service is configured with.",
            HelpName = "name",
            DefaultValueFactory = _ => "softmax",
        };
        var output = new Option<string>("--output", "-o")
        {
            Description = "Where the scores go, float32: a file ending in .npy or .csv; - for CSV on standard output.",
            HelpName = "path",
            Required = true,
        };
        var server = new Option<string?>("--server")
        {
            Description = "The service: http://host:port, https://host:port or unix:/path. [default: one within this process]",
            HelpName = "url",
        };
        var temperature = new Option<float?>("--temperature")
        {
            Description = "Divides the logits; finite and above 0. [default: the head's]",
            HelpName = "T",
            CustomParser = result => Parsed.Number<float>(result, "a number above 0", number => number > 0 && float.IsFinite(number)),
        };
        var nonFinite = new Option<string>("--non-finite")
        {
            Description = "A row with a NaN or +inf, or of nothing but -inf: reject ends the run and names it, flag scores it 0 and reports it, "
                + "propagate scores it NaN.",
            HelpName = "action",
            DefaultValueFactory = _ => "reject",
        };
        nonFinite.AcceptOnlyFromAmong("reject", "flag", "propagate");
        var messageSize = new Option<int>("--message-size")
        {
            Description = "Bytes of logits in one message, such as 64K or 1M; a row is never split.",
            HelpName = "bytes",
            DefaultValueFactory = _ => 256 << 10,
            CustomParser = Parsed.ByteSize,
        };
        var configuration = ConfigurationArgument.Create();

        var command = new Command(
            "score", "Scores a file of logits of any size, in constant memory. Settings of a service within this process may follow after --.")
        {
            input, head, output, server, temperature, nonFinite, messageSize, configuration,
        };
        output.Validators.Add(result =>
        {
            if (!ScoreJob.IsKnownOutput(result.GetValueOrDefault<string>()))
            {
                result.AddError("--output must end in .npy or .csv, or be - for CSV on standard output.");
            }
        });
        server.Validators.Add(result =>
        {
            if (!ScoreJob.IsKnownServer(result.GetValueOrDefault<string>()))
            {
                result.AddError($"--server must be http://host:port, https://host:port or unix:/path, not '{result.GetValueOrDefault<string>()}'.");
            }
        });
        command.Validators.Add(result =>
        {
            if (result.GetResult(server) is not null && result.GetResult(configuration) is { Tokens.Count: > 0 })
            {
                result.AddError("Settings after -- are for the service within this process; --server names another.");
            }
        });

        command.SetAction(parsed => CommandRunner.RunAsync(cancellationToken => new ScoreJob
        {
            Input = parsed.GetRequiredValue(input),
            Output = parsed.GetRequiredValue(output),
            Head = parsed.GetRequiredValue(head),
            Server = parsed.GetValue(server),
            Temperature = parsed.GetValue(temperature),
            NonFinite = Enum.Parse<NonFinite>(parsed.GetRequiredValue(nonFinite), ignoreCase: true),
            MessageBytes = parsed.GetRequiredValue(messageSize),
            Configuration = parsed.GetValue(configuration) ?? [],
        }.RunAsync(cancellationToken)));
        return command;
    }
}
