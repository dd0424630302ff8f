using System.Text.RegularExpressions;

namespace Scoring.Heads.Reading;

/// <summary>Reads an object of heads, and finds all that is wrong with it.</summary>
internal static partial class HeadsReader
{
    /// <param name="heads">Where the heads are.</param>
    /// <param name="folder">What the names of files of labels are relative to, from the root.</param>
    /// <param name="limits">What a head may have.</param>
    /// <param name="problems">What is wrong otherwise; what is wrong with the heads comes after it.</param>
    public static HeadConfiguration Read(SettingNode heads, string folder, HeadLimits limits, Problems problems)
    {
        if (heads.Children.Count > limits.Heads)
        {
            problems.Add($"{heads.Path} has {heads.Children.Count} heads; at most {limits.Heads} are allowed ({limits.Section}Heads)");
        }

        var read = new List<HeadDefinition>();
        var labelsFiles = new List<string>();
        foreach (var section in heads.Children.Take(limits.Heads))
        {
            CheckName(section, problems);
            if (new HeadSectionReader(section, folder, limits, problems, labelsFiles).Read() is { } head)
            {
                read.Add(head);
            }
        }

        return new HeadConfiguration(read, problems.Lines, labelsFiles);
    }

    /// <summary>What is wrong with a name; null where a head may have it.</summary>
    public static string? NameProblem(string name) => name.Length <= HeadDefinition.MaxNameLength && Name().IsMatch(name)
        ? null
        : $"is not a head's name; it must be 1 to {HeadDefinition.MaxNameLength} letters, digits, '.', '_' and '-', of which the first is a letter "
            + "or a digit";

    private static void CheckName(SettingNode section, Problems problems)
    {
        if (NameProblem(section.Key) is { } problem)
        {
            problems.Add($"{section.Path[..^section.Key.Length]}{Quoted.Text(section.Key)} {problem}");
        }
        else if (BuiltInHeads.All.Any(head => head.Name.Equals(section.Key, StringComparison.OrdinalIgnoreCase)))
        {
            problems.Add($"{section.Path} is built in, which configuration cannot change; choose another name");
        }
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]*$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
