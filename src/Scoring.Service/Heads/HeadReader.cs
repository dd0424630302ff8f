using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Scoring.Heads;
using Scoring.Heads.Reading;
using Scoring.Service.Settings;

namespace Scoring.Service.Heads;

/// <summary>Reads <c>Scoring:Heads</c>, and finds all that is wrong with it.</summary>
/// <param name="configuration">Where the section of the heads is.</param>
/// <param name="environment">Whose content root the files of labels lie under.</param>
/// <param name="limits">What a head may have.</param>
/// <param name="unreadable">The configuration files that cannot be read now.</param>
/// <param name="headsFile">The heads' own file; none where configuration names none.</param>
internal sealed class HeadReader(
    IConfigurationRoot configuration, IHostEnvironment environment, IOptions<LimitSettings> limits, UnreadableFiles unreadable,
    HeadsFileProvider? headsFile = null)
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

        var allowed = new HeadLimits
        {
            Heads = limits.Value.Heads,
            Classes = limits.Value.Classes,
            LabelLength = limits.Value.LabelLength,
            Section = "Scoring:Limits:",
        };
        return HeadsReader.Read(SettingTree.Read(configuration, "Scoring:Heads"), environment.ContentRootPath, allowed, problems);
    }
}
