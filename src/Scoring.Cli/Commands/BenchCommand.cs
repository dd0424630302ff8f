using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Scoring.Cli.Bench;
using Scoring.Heads;
using Scoring.Protocol;
using Scoring.V1;

namespace Scoring.Cli.Commands;

/// <summary><c>scoring bench</c>: a load on a service, and what it costs.</summary>
internal static class BenchCommand
{
    private static readonly LoadPlan Default = new();

    private static readonly Dictionary<string, OutputSet> OutputNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["scores"] = OutputSet.Scores,
        ["top_k"] = OutputSet.TopK,
        ["decisions"] = OutputSet.Decisions,
        ["log_sum_exp"] = OutputSet.LogSumExp,
        ["entropy"] = OutputSet.Entropy,
        ["loss"] = OutputSet.Loss,
    };

    /// <summary>As many logits as there are in the largest message that a service can be set to take.</summary>
    private const long MostLogits = 64 << 20;

    /// <summary>Each has memory for its latencies.</summary>
    private const int MostStreams = 10_000;

    /// <summary>The time that each was due at takes 8 bytes.</summary>
    private const long MostInFlight = 1 << 20;

    public static Command Create()
    {
        var rows = Count("--rows", "Rows in a message.", Default.Rows);
        var classes = Count("--classes", "Logits in a row; of a head that has so many classes, as many.", Default.Classes);
        var streams = Count("--streams", "Streams over all connections.", Default.Streams, MostStreams);
        var connections = Count(
            "--connections", "Clients, each with a connection of its own, that share the streams.", Default.Connections, MostStreams);
        var window = Count("--window", "Messages in flight on each stream; with --unary, calls in flight.", Default.Window);
        var unary = new Option<bool>("--unary") { Description = "One call for each message, instead of streams." };
        var duration = Seconds("--duration", "The measured time, in seconds.", Default.Duration, minimum: 0.1);
        var warmUp = Seconds("--warm-up", "The time before it at full load, in seconds: both sides compile what is hot.", Default.WarmUp, minimum: 0);
        var rate = new Option<double?>("--rate")
        {
            Description = "Messages a second over all streams, each due by the clock. [default: as many as the windows let through]",
            HelpName = "number",
            CustomParser = result => Parsed.Number<double>(result, "a number from 0.1 to 10000000", number => number is >= 0.1 and <= 1e7),
        };
        var head = new Option<string>("--head")
        {
            Description = $"What becomes of a row: {string.Join(", ", BuiltInHeads.All.Select(known => known.Name))}, or a head that the service is "
                + "configured with.",
            HelpName = "name",
            DefaultValueFactory = _ => Default.Head,
        };
        var outputs = new Option<OutputSet>("--outputs")
        {
            Description = $"What answers carry, with commas: {string.Join(", ", OutputNames.Keys)}. [default: scores]",
            HelpName = "names",
            CustomParser = ParseOutputs,
        };
        var topK = Count("--top-k", "k of the output top_k.", 1);
        var type = new Option<string>("--type")
        {
            Description = "How logits are sent: fp32, fp16, bf16 or fp64.",
            HelpName = "name",
            DefaultValueFactory = _ => "fp32",
        };
        type.AcceptOnlyFromAmong("fp32", "fp16", "bf16", "fp64");
        var protocol = new Option<LoadProtocol>("--protocol")
        {
            Description = "native, or oip for streams of the Open Inference Protocol, measured beside the same load in the service's own messages.",
            HelpName = "name",
            DefaultValueFactory = _ => Default.Protocol,
            CustomParser = result =>
            {
                var name = result.Tokens[^1].Value;
                if (Enum.GetNames<LoadProtocol>().FirstOrDefault(known => known.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } known)
                {
                    return Enum.Parse<LoadProtocol>(known);
                }

                result.AddError($"--protocol must be native or oip, not '{name}'.");
                return Default.Protocol;
            },
        };
        var check = new Option<bool>("--check") { Description = "Hold every answer against float64." };
        var server = ServerOption.Create("one in a process of its own");
        var json = new Option<bool>("--json") { Description = "Print the report as JSON." };
        var configuration = ConfigurationArgument.Create();

        var command = new Command(
            "bench", "Puts a load on a service and measures throughput, latency and cost. Settings of a service of its own may follow after --.")
        {
            rows, classes, streams, connections, window, unary, duration, warmUp, rate, head, outputs, topK, type, protocol, check, server, json,
            configuration,
        };
        Parsed.Together(command, result =>
        {
            if (result.GetResult(server) is not null && result.GetResult(configuration) is { Tokens.Count: > 0 })
            {
                result.AddError("Settings after -- are for a service of bench's own; --server names another.");
            }

            if ((long)result.GetValue(rows) * result.GetValue(classes) is > MostLogits and var logits)
            {
                result.AddError(string.Create(
                    CultureInfo.InvariantCulture,
                    $"--rows and --classes make messages of {logits} logits; {MostLogits} are the most that one may have."));
            }

            if ((long)result.GetValue(window) * (result.GetValue(unary) ? 1 : result.GetValue(streams)) is > MostInFlight and var messages)
            {
                result.AddError(string.Create(
                    CultureInfo.InvariantCulture,
                    $"--window and --streams put {messages} messages in flight; {MostInFlight} are the most that there may be."));
            }

            if (result.GetValue(unary) && result.GetResult(streams) is { Implicit: false })
            {
                result.AddError("--unary has no streams: --window is the number of calls in flight.");
            }

            if (result.GetValue(protocol) == LoadProtocol.Oip
                && (result.GetValue(unary) || result.GetResult(type) is { Implicit: false } && result.GetValue(type) != "fp32" || (
                    result.GetResult(outputs) is { Implicit: false } && result.GetValue(outputs) != OutputSet.Scores)))
            {
                result.AddError("--protocol oip is measured with streams, fp32 logits and scores.");
            }

            if (result.GetValue(check) && result.GetValue(head) is { } name && !AnswerCheck.Heads.Contains(name))
            {
                result.AddError($"--check knows the heads {string.Join(", ", AnswerCheck.Heads)}, not '{name}'.");
            }
        });

        command.SetAction(parsed =>
        {
            var plan = new LoadPlan
            {
                Rows = parsed.GetRequiredValue(rows),
                Classes = parsed.GetRequiredValue(classes),
                Streams = parsed.GetRequiredValue(streams),
                Connections = parsed.GetRequiredValue(connections),
                Window = parsed.GetRequiredValue(window),
                Unary = parsed.GetValue(unary),
                Duration = parsed.GetValue(duration) ?? Default.Duration,
                WarmUp = parsed.GetValue(warmUp) ?? Default.WarmUp,
                Rate = parsed.GetValue(rate),
                Head = parsed.GetRequiredValue(head),
                Outputs = parsed.GetResult(outputs) is null ? Default.Outputs : parsed.GetValue(outputs),
                TopK = parsed.GetRequiredValue(topK),
                Type = Enum.Parse<DataType>(parsed.GetRequiredValue(type), ignoreCase: true),
                Protocol = parsed.GetRequiredValue(protocol),
                Check = parsed.GetValue(check),
            };
            var anyClasses = parsed.GetResult(classes) is null or { Implicit: true };
            var job = new BenchJob(plan, anyClasses, parsed.GetValue(server), parsed.GetValue(configuration) ?? [], parsed.GetValue(json));
            return CommandRunner.RunAsync(job.RunAsync);
        });
        return command;
    }

    private static Option<int> Count(string name, string description, int defaultValue, int most = int.MaxValue) => new(name)
    {
        Description = description,
        HelpName = "number",
        DefaultValueFactory = _ => defaultValue,
        CustomParser = result => Parsed.Number<int>(
            result,
            most == int.MaxValue ? "a whole number from 1" : FormattableString.Invariant($"a whole number from 1 to {most}"),
            number => number >= 1 && number <= most) ?? defaultValue,
    };

    private static Option<TimeSpan?> Seconds(string name, string description, TimeSpan defaultValue, double minimum) => new(name)
    {
        Description = FormattableString.Invariant($"{description} [default: {defaultValue.TotalSeconds}]"),
        HelpName = "seconds",
        CustomParser = result => TimeSpan.FromSeconds(
            Parsed.Number<double>(
                result, FormattableString.Invariant($"from {minimum} to 86400 seconds"), number => number >= minimum && number <= 86400) ?? 0),
    };

    private static OutputSet ParseOutputs(ArgumentResult result)
    {
        var outputs = OutputSet.None;
        foreach (var name in result.Tokens[0].Value.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!OutputNames.TryGetValue(name, out var output))
            {
                result.AddError($"--outputs takes {string.Join(", ", OutputNames.Keys)}, not '{name}'.");
            }

            outputs |= output;
        }

        return outputs;
    }
}
