using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Scoring.Protocol;
using Scoring.Service.Hosting;
using Scoring.Service.Settings;

namespace Scoring.Service.Heads;

/// <summary>Reads <c>Scoring:Heads</c>, and finds all that is wrong with it.</summary>
/// <param name="configuration">Where the section of the heads is.</param>
/// <param name="environment">Whose content root the files of labels lie under.</param>
/// <param name="limits">What a head may have.</param>
/// <param name="unreadable">The configuration files that cannot be read now.</param>
/// <param name="headsFile">The heads' own file; none where configuration names none.</param>
internal sealed partial class HeadReader(
    IConfigurationRoot configuration, IHostEnvironment environment, IOptions<LimitSettings> limits, UnreadableFiles unreadable, HeadsFileProvider? headsFile = null)
{
    /// <summary>Fires once, at the next change of configuration.</summary>
    public IChangeToken GetReloadToken() => configuration.GetReloadToken();

    public HeadConfiguration Read()
    {
        var problems = new Problems();
        if (headsFile?.Problem is { } problem)
        {
            problems.Add(problem);
        }

        foreach (var file in unreadable.Problems)
        {
            problems.Add(file);
        }

        var heads = SettingNode.Read(configuration, "Scoring:Heads");
        if (heads.Children.Count > limits.Value.Heads)
        {
            problems.Add($"{heads.Path} has {heads.Children.Count} heads; at most {limits.Value.Heads} are allowed (Scoring:Limits:Heads)");
        }

        var read = new List<HeadDefinition>();
        var labelsFiles = new List<string>();
        foreach (var section in heads.Children.Take(limits.Value.Heads))
        {
            CheckName(section, problems);
            if (new HeadSectionReader(section, environment.ContentRootPath, limits.Value, problems, labelsFiles).Read() is { } head)
            {
                read.Add(head);
            }
        }

        return new HeadConfiguration(read, problems.Lines, labelsFiles);
    }

    private static void CheckName(SettingNode section, Problems problems)
    {
        if (section.Key.Length > PooledScoreRequest.MaxHeadLength || !Name().IsMatch(section.Key))
        {
            problems.Add(
                $"{section.Path[..^section.Key.Length]}{Shown.Text(section.Key)} is not a head's name; it must be 1 to "
                + $"{PooledScoreRequest.MaxHeadLength} letters, digits, '.', '_' and '-', of which the first is a letter or a digit");
        }
        else if (HeadSnapshot.BuiltIn.Any(head => head.Name.Equals(section.Key, StringComparison.OrdinalIgnoreCase)))
        {
            problems.Add($"{section.Path} is built in, which configuration cannot change; choose another name");
        }
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]*$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
