using Scoring.Heads.Reading;

namespace Scoring.Service.Settings;

/// <summary>Finds the arguments that .NET's configuration passes over without a word, or stumbles over.</summary>
internal static class SettingArguments
{
    /// <summary>One line for each.</summary>
    public static IReadOnlyList<string> Problems(string[] args)
    {
        var problems = new Problems();
        for (var i = 0; i < args.Length; i++)
        {
            var isSwitch = IsSwitch(args[i]);
            var hasValue = args[i].Contains('=', StringComparison.Ordinal);
            if (hasValue && (isSwitch || !args[i].StartsWith('-')))
            {
                continue;
            }

            if (isSwitch && !hasValue && i + 1 < args.Length && !IsSwitch(args[i + 1]))
            {
                // The value is the next argument.
                i++;
                continue;
            }

            problems.Add($"'{Quoted.Text(args[i])}' is not a setting with a value; settings are written --Section:Key=value");
        }

        return problems.Lines;
    }

    private static bool IsSwitch(string argument) => argument.StartsWith("--", StringComparison.Ordinal);
}
