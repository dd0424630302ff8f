using Scoring.Heads.Reading;

namespace Scoring.Service.Security;

/// <summary>
/// <c>Scoring:Auth:Heads</c>: for patterns of heads' names, who may use them. A head that no pattern matches is everybody's; of those that match, one
/// must name the caller. Where a caller has a list of heads of its own, the head must be on that as well.
/// </summary>
internal sealed class HeadRules
{
    private readonly (string Heads, string[] Callers)[] _rules;

    private HeadRules((string Heads, string[] Callers)[] rules)
    {
        _rules = rules;
    }

    public bool Any => _rules.Length > 0;

    /// <exception cref="InvalidDataException">A pattern is none.</exception>
    public static HeadRules Read(SettingNode section)
    {
        (string Heads, string[] Callers)[] rules = [.. section.Children.Select(rule => (rule.Key, rule.Items.ToArray()))];
        foreach (var (heads, callers) in rules)
        {
            Check(section.Path, heads);
            foreach (var caller in callers)
            {
                Check($"{section.Path}:{heads}", caller);
            }
        }

        return new HeadRules(rules);
    }

    public bool MayUse(string caller, IReadOnlyList<string>? ownHeads, string head)
    {
        if (ownHeads is not null && !ownHeads.Any(pattern => NamePattern.Matches(pattern, head)))
        {
            return false;
        }

        var isNamed = false;
        foreach (var (heads, callers) in _rules)
        {
            if (NamePattern.Matches(heads, head))
            {
                if (callers.Any(pattern => NamePattern.Matches(pattern, caller)))
                {
                    return true;
                }

                isNamed = true;
            }
        }

        return !isNamed;
    }

    private static void Check(string setting, string pattern)
    {
        if (!NamePattern.IsPattern(pattern))
        {
            throw new InvalidDataException($"{setting} has '{Quoted.Text(pattern)}'; it must be a name, or what names begin with and a * at the end");
        }
    }
}
