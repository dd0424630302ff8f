using System.CommandLine;
using Scoring.Cli.Score;
using Scoring.Heads;
using Scoring.V1;

namespace Scoring.Cli.Commands;

/// <summary><c>scoring score</c>: a file of logits in, a file of scores out.</summary>
internal static class ScoreCommand
{
    public static Command Create()
    {
        var input = new Argument<string>("input")
        {
            Description = "Logits, one row for each sample: .npy (rows × classes of <f2, <f4 or <f8), Parquet or CSV; - for standard input.",
        };
        input.Validators.Add(Parsed.RequirePath);
        var head = new Option<string>("--head")
        {
            Description = $"What becomes of a row: {string.Join(", ", BuiltInHeads.All.Select(known => known.Name))}, or a head that the service is "
                + "configured with.",
            HelpName = "name",
            DefaultValueFactory = _ => "softmax",
        };
        var output = new Option<string>("--output", "-o")
        {
            Description = "Where the scores go, float32: a file ending in .npy, .csv or .parquet; - for CSV on standard output.",
            HelpName = "path",
            Required = true,
        };
        var server = ServerOption.Create();
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
        var topK = new Option<int?>("--top-k")
        {
            Description = "Writes the best so many classes of each row by name, label_1, probability_1, …, instead of the score of every class.",
            HelpName = "number",
            CustomParser = result => Parsed.Number<int>(result, "a whole number from 1", number => number >= 1),
        };
        var patience = new Option<double>("--patience")
        {
            Description = "Seconds that a service which went away is tried to be reached again; what has no answer is then sent again. 0 for not at "
                + "all.",
            HelpName = "seconds",
            DefaultValueFactory = _ => 30,
            CustomParser = result => Parsed.Number<double>(result, "0 to 86400", number => number is >= 0 and <= 86_400) ?? 0,
        };
        var configuration = ConfigurationArgument.Create();

        var command = new Command(
            "score", "Scores a file of logits of any size, in constant memory. Settings of a service within this process may follow after --.")
        {
            input, head, output, topK, server, temperature, nonFinite, messageSize, patience, configuration,
        };
        output.Validators.Add(result =>
        {
            if (!ScoreJob.IsKnownOutput(result.GetValueOrDefault<string>()))
            {
                result.AddError("--output must end in .npy, .csv or .parquet, or be - for CSV on standard output.");
            }
        });
        ServerOption.RefuseSettings(command, server, configuration);
        Parsed.Together(command, result =>
        {
            if (result.GetResult(topK) is not null && result.GetValue(output) is { } path && !ScoreJob.IsTable(path))
            {
                result.AddError("--top-k writes labels: --output must end in .csv or .parquet, or be - for CSV on standard output.");
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
            TopK = parsed.GetValue(topK) ?? 0,
            MessageBytes = parsed.GetRequiredValue(messageSize),
            Patience = TimeSpan.FromSeconds(parsed.GetRequiredValue(patience)),
            Configuration = parsed.GetValue(configuration) ?? [],
        }.RunAsync(cancellationToken)));
        return command;
    }
}
