using System.CommandLine;

namespace Scoring.Cli.Commands;

/// <summary>The arguments after <c>--</c>, which the service takes as its configuration. Commands that have it say so in their description.</summary>
internal static class ConfigurationArgument
{
    /// <summary>The sections of configuration that the service looks at, its own and those of what it is built on.</summary>
    private static readonly string[] Read = ["Scoring", "Logging", "Kestrel"];

    public static Argument<string[]> Create()
    {
        var argument = new Argument<string[]>("configuration")
        {
            Arity = ArgumentArity.ZeroOrMore,
            Hidden = true,
        };

        // An option that is misspelt must not pass for a setting.
        argument.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                if (!token.Value.Contains(':', StringComparison.Ordinal) || !token.Value.Contains('=', StringComparison.Ordinal))
                {
                    result.AddError($"'{token.Value}' is neither an option nor a setting; settings are written --Section:Key=value, after --.");
                    return;
                }

                if (!Read.Any(section => token.Value.StartsWith($"--{section}:", StringComparison.OrdinalIgnoreCase)))
                {
                    result.AddError($"'{token.Value}' is not a setting that the service reads; those begin with "
                        + $"{string.Join(", ", Read.Select(section => $"--{section}:"))}.");
                    return;
                }
            }
        });
        return argument;
    }
}
