using System.CommandLine;
using Scoring.Cli.Evaluate;

namespace Scoring.Cli.Commands;

/// <summary>What <c>scoring evaluate</c> and <c>scoring calibrate</c> take alike.</summary>
internal sealed class EvaluationOptions
{
    private readonly Argument<string> _input = new("input")
    {
        Description = "Logits with their targets: CSV or Parquet with a column target, or columns target_NAME of 0 or 1; .npy with --targets; "
            + "- for standard input.",
    };

    private readonly Option<string?> _targets = new("--targets")
    {
        Description = "Targets as .npy of whole numbers: one class for each row, or rows × classes of 0 or 1.",
        HelpName = "path",
    };

    private readonly Option<string?> _head = new("--head")
    {
        Description = "The head to measure with. [default: softmax for classes, sigmoid for 0 or 1 for each label]",
        HelpName = "name",
    };

    private readonly Option<float?> _temperature = new("--temperature")
    {
        Description = "Divides the logits; finite and above 0. [default: the head's]",
        HelpName = "T",
        CustomParser = result => Parsed.Number<float>(result, "a number above 0", number => number > 0 && float.IsFinite(number)),
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print everything as JSON." };

    private readonly Option<string?> _report = new("--report")
    {
        Description = "Writes a page with diagrams and tables, which needs nothing but itself.",
        HelpName = "page.html",
    };

    private readonly Option<string?> _server = ServerOption.Create();
    private readonly Argument<string[]> _configuration = ConfigurationArgument.Create();

    public void AddTo(Command command)
    {
        command.Add(_input);
        command.Add(_targets);
        command.Add(_head);
        command.Add(_temperature);
        command.Add(_json);
        command.Add(_report);
        command.Add(_server);
        command.Add(_configuration);
        ServerOption.RefuseSettings(command, _server, _configuration);
        _input.Validators.Add(Parsed.RequirePath);
        _targets.Validators.Add(Parsed.RequirePath);
        _report.Validators.Add(result => RequireExtension(result, ".html"));
    }

    public EvaluationRequest Read(ParseResult parsed) => new()
    {
        Input = parsed.GetRequiredValue(_input),
        Targets = parsed.GetValue(_targets),
        Head = parsed.GetValue(_head),
        Temperature = parsed.GetValue(_temperature),
        Json = parsed.GetValue(_json),
        Report = parsed.GetValue(_report),
        Server = parsed.GetValue(_server),
        Configuration = parsed.GetValue(_configuration) ?? [],
    };

    /// <summary>A path that means something else, most likely, is not written over.</summary>
    public static void RequireExtension(System.CommandLine.Parsing.OptionResult result, string extension)
    {
        if (result.GetValueOrDefault<string>() is { } path && !path.EndsWith(extension, StringComparison.OrdinalIgnoreCase))
        {
            result.AddError($"{result.Option.Name} must end in {extension}, not '{path}'.");
        }
    }
}
