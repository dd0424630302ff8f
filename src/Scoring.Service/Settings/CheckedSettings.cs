using Scoring.Heads.Reading;

namespace Scoring.Service.Settings;

/// <summary>
/// All settings but the heads, as they are at the start, each held against what it is bound to. What has another shape, or a name that no setting
/// has, is a problem, and is not bound: no setting is silently ignored.
/// </summary>
internal sealed class CheckedSettings
{
    private const string Root = "Scoring";

    /// <summary>What the values begin with that Kubernetes gives the variables of a service's ports.</summary>
    private static readonly string[] ServiceLinks = ["tcp://", "udp://", "sctp://"];

    private readonly Problems _problems = new();
    private readonly Dictionary<string, string?> _good = [];
    private readonly JsonShapes _json;
    private readonly IConfigurationRoot _bound;
    private readonly string[] _paths;

    public CheckedSettings(IConfigurationRoot configuration, IEnumerable<SettingsSection> known)
    {
        var shape = new SettingShape();
        foreach (var settings in known)
        {
            shape.Add(settings);
        }

        _paths = [.. shape.Paths(Root)];
        _json = JsonShapes.Read(configuration);
        CheckRoot(configuration, shape);
        CheckUnderscores(configuration);
        Check(SettingTree.Read(configuration, Root), shape);
        _bound = new ConfigurationBuilder().AddInMemoryCollection(_good).Build();
    }

    /// <summary>One line for each thing that is wrong.</summary>
    public IReadOnlyList<string> Problems => _problems.Lines;

    /// <summary>Sets what is well-formed; the rest stays at its default.</summary>
    public void Bind(string section, object settings) =>
        _bound.GetSection(section.Length == 0 ? Root : ConfigurationPath.Combine(Root, section)).Bind(settings);

    /// <summary>What has almost the right name, and under it what the right one has.</summary>
    private void CheckRoot(IConfigurationRoot configuration, SettingShape shape)
    {
        const int Typos = 2;
        foreach (var root in SettingTree.Roots(configuration).Where(root => NearestName.Distance(root, Root) is > 0 and <= Typos))
        {
            if (SettingTree.Read(configuration, root).Children.FirstOrDefault(child => shape.Keys.ContainsKey(child.Key)) is { } meant)
            {
                _problems.Add($"{Quoted.Text(meant.Path)} is not a setting; the nearest is {ConfigurationPath.Combine(Root, meant.Key)}");
            }
        }
    }

    /// <summary>
    /// An environment variable with one underscore where there must be two: SCORING_Auth__ApiKeysFile. Of those that have two nowhere, those with an
    /// address of a port are Kubernetes', which tells of a service named scoring-listen in SCORING_LISTEN_PORT.
    /// </summary>
    private void CheckUnderscores(IConfigurationRoot configuration)
    {
        var names = _paths.ToDictionary(Letters, StringComparer.OrdinalIgnoreCase);
        foreach (var root in SettingTree.Roots(configuration).Where(root => root.StartsWith($"{Root}_", StringComparison.OrdinalIgnoreCase)))
        {
            var node = SettingTree.Read(configuration, root);
            if (node.Children.Count > 0)
            {
                CheckUnderscores(node, names);
            }
            else if (!IsServiceLink(configuration[root]) && names.TryGetValue(Letters(root), out var meant) && !IsSection(meant))
            {
                _problems.Add($"{Quoted.Text(root)} is not a setting; the nearest is {meant}");
            }
        }
    }

    /// <summary>Whether there is a setting that is meant, here or below.</summary>
    private bool CheckUnderscores(SettingNode node, Dictionary<string, string> names)
    {
        var found = false;
        foreach (var child in node.Children)
        {
            found |= CheckUnderscores(child, names);
        }

        if (found)
        {
            return true;
        }

        if (!names.TryGetValue(Letters(node.Path), out var meant))
        {
            return false;
        }

        _problems.Add($"{Quoted.Text(node.Path)} is not a setting; the nearest is {meant}");
        return true;
    }

    private static bool IsServiceLink(string? value) =>
        value is not null && Array.Exists(ServiceLinks, link => value.StartsWith(link, StringComparison.Ordinal));

    private bool IsSection(string path) =>
        _paths.Any(other => other.StartsWith($"{path}{ConfigurationPath.KeyDelimiter}", StringComparison.OrdinalIgnoreCase));

    private static string Letters(string path) =>
        path.Replace(ConfigurationPath.KeyDelimiter, string.Empty, StringComparison.Ordinal).Replace("_", string.Empty, StringComparison.Ordinal);

    private void Check(SettingNode node, SettingShape shape)
    {
        if (shape.IsAnything)
        {
            return;
        }

        if (shape.IsValue)
        {
            CheckValue(node, shape);
        }
        else if (shape.IsList)
        {
            CheckList(node, shape);
        }
        else if (node.Value is not null)
        {
            Refuse(node, $"is '{Quoted.Text(node.Value)}'", shape);
        }
        else if (_json.IsNull(node.Path) && node.Path != Root)
        {
            Refuse(node, "is null", shape);
        }
        else
        {
            foreach (var child in node.Children)
            {
                if (shape.Each is { } each || shape.Keys.TryGetValue(child.Key, out each))
                {
                    Check(child, each);
                }
                else
                {
                    var siblings = shape.Keys.Keys.Select(key => ConfigurationPath.Combine(node.Path, key));
                    _problems.Add($"{PathOf(child)} is not a setting; the nearest is {NearestName.Of(PathOf(child), _paths.Concat(siblings))}");
                }
            }
        }
    }

    private void CheckValue(SettingNode node, SettingShape shape)
    {
        if (node.Children.Count > 0)
        {
            Refuse(node, "is an object or a list", shape);
        }
        else if (node.Value is null)
        {
            if (!shape.MayBeNull)
            {
                Refuse(node, "is null", shape);
            }
        }
        else if (node.Value.Length == 0 && _json.IsEmptyList(node.Path))
        {
            Refuse(node, "is an empty list", shape);
        }
        else if (shape.Takes(node.Value))
        {
            _good[node.Path] = node.Value;
        }
        else
        {
            Refuse(node, $"is '{Quoted.Text(node.Value)}'", shape);
        }
    }

    private void CheckList(SettingNode node, SettingShape shape)
    {
        if (node.Children.Count == 0 && node.Value is null)
        {
            Refuse(node, "is null", shape);
        }
        else if (node.Children.Count > 0 && !string.IsNullOrEmpty(node.Value))
        {
            _problems.Add($"{PathOf(node)} is '{Quoted.Text(node.Value)}', and has entries as well; it must be one or the other");
        }
        else if (node.Children.FirstOrDefault(entry => !entry.Key.All(char.IsAsciiDigit)) is { } name)
        {
            Refuse(node, $"has the key '{Quoted.Text(name.Key)}'", shape);
        }
        else if (node.Children.Count == 0 && node.Value!.Length > 0)
        {
            // One text stands for a list of one.
            if (shape.Each!.Takes(node.Value))
            {
                _good[ConfigurationPath.Combine(node.Path, "0")] = node.Value;
            }
            else
            {
                Refuse(node, $"is '{Quoted.Text(node.Value)}'", shape);
            }
        }
        else
        {
            foreach (var entry in node.Children)
            {
                Check(entry, shape.Each!);
            }
        }
    }

    private void Refuse(SettingNode node, string what, SettingShape shape) => _problems.Add($"{PathOf(node)} {what}; it must be {shape.Description}");

    /// <summary>Whoever misspelt it has chosen its last part.</summary>
    private static string PathOf(SettingNode node) => $"{node.Path[..^node.Key.Length]}{Quoted.Text(node.Key)}";
}
