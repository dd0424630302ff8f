using System.Runtime.CompilerServices;
using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace Scoring.Service.Settings;

/// <summary>
/// A piece of configuration as all its sources have it together at one time. It is read in time that grows with what there is: <see cref="IConfiguration"/> looks
/// through every key of a source to find the children of one, which for 50,000 labels takes a minute.
/// </summary>
internal sealed class SettingNode
{
    private readonly SettingNode? _parent;
    private Dictionary<string, SettingNode>? _children;
    private SettingNode[]? _sorted;

    private SettingNode(SettingNode? parent, string key)
    {
        (_parent, Key) = (parent, key);
    }

    /// <summary>Its name under its parent, as the first source spells it.</summary>
    public string Key { get; }

    public string Path => _parent is null ? Key : ConfigurationPath.Combine(_parent.Path, Key);

    /// <summary>What the last source has that has anything for this very key: null for JSON's null and an empty object, and empty for an empty array.</summary>
    public string? Value { get; private set; }

    /// <summary>Whether a source has something for this very key, be it null.</summary>
    public bool HasValue { get; private set; }

    /// <summary>What lies under it, in the order of configuration: numbers by their size, then names.</summary>
    public IReadOnlyList<SettingNode> Children => _sorted ??= _children is null ? [] : Sorted([.. _children.Values]);

    /// <summary>The texts of a list, for which one text may stand.</summary>
    public IEnumerable<string> Items => Children.Count > 0 ? Children.Select(child => child.Value ?? string.Empty) : string.IsNullOrEmpty(Value) ? [] : [Value];

    /// <summary>What lies under it by this name; null where nothing does.</summary>
    public SettingNode? this[string key] => _children?.GetValueOrDefault(key);

    /// <summary>The names of the sections that a configuration has at its top.</summary>
    public static IReadOnlySet<string> Roots(IConfigurationRoot configuration) => configuration.Providers
        .SelectMany(provider => provider is ConfigurationProvider known ? Data(known).Keys.Select(RootOf) : provider.GetChildKeys([], null))
        .ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads a section, which may have nothing.</summary>
    public static SettingNode Read(IConfigurationRoot configuration, string path)
    {
        var root = new SettingNode(null, path);
        // What comes later comes over what came before.
        foreach (var provider in configuration.Providers)
        {
            // A variable SCORING is nobody's setting: whoever has one means something else by it, such as where the program is.
            var isForeign = provider is EnvironmentVariablesConfigurationProvider && !path.Contains(ConfigurationPath.KeyDelimiter, StringComparison.Ordinal);
            foreach (var (key, value) in provider is ConfigurationProvider known ? Data(known) : Walk(provider, path))
            {
                if (isForeign && key.Length == path.Length)
                {
                    continue;
                }

                if (key.StartsWith(path, StringComparison.OrdinalIgnoreCase) && (key.Length == path.Length || key[path.Length] == ConfigurationPath.KeyDelimiter[0]))
                {
                    root.Set(key.AsSpan(path.Length), value);
                }
            }
        }

        return root;
    }

    /// <summary>All that a source has, which it shows to what is derived from it alone.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Data")]
    private static extern IDictionary<string, string?> Data(ConfigurationProvider provider);

    private static string RootOf(string key) => key.IndexOf(ConfigurationPath.KeyDelimiter, StringComparison.Ordinal) is var end and >= 0 ? key[..end] : key;

    /// <summary>Most lists are in order as they come, and to compare keys is slow.</summary>
    private static SettingNode[] Sorted(SettingNode[] children)
    {
        for (var i = 1; i < children.Length; i++)
        {
            if (ConfigurationKeyComparer.Instance.Compare(children[i - 1].Key, children[i].Key) > 0)
            {
                return [.. children.OrderBy(child => child.Key, ConfigurationKeyComparer.Instance)];
            }
        }

        return children;
    }

    /// <summary>What a source of another kind has under a path, key by key.</summary>
    private static IEnumerable<KeyValuePair<string, string?>> Walk(IConfigurationProvider provider, string path)
    {
        var keys = provider.GetChildKeys([], path).Distinct(StringComparer.OrdinalIgnoreCase);
        return (provider.TryGet(path, out var value) ? [new(path, value)] : Enumerable.Empty<KeyValuePair<string, string?>>())
            .Concat(keys.SelectMany(key => Walk(provider, ConfigurationPath.Combine(path, key))));
    }

    /// <param name="below">The rest of the path, each key with the delimiter before it.</param>
    /// <param name="value">What is there.</param>
    private void Set(ReadOnlySpan<char> below, string? value)
    {
        var node = this;
        while (!below.IsEmpty)
        {
            below = below[1..];
            var end = below.IndexOf(ConfigurationPath.KeyDelimiter);
            node = node.Child(end < 0 ? below : below[..end]);
            below = end < 0 ? [] : below[end..];
        }

        (node.Value, node.HasValue) = (value, true);
    }

    private SettingNode Child(ReadOnlySpan<char> key)
    {
        _children ??= new Dictionary<string, SettingNode>(StringComparer.OrdinalIgnoreCase);
        var byKey = _children.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!byKey.TryGetValue(key, out var child))
        {
            byKey[key] = child = new SettingNode(this, key.ToString());
        }

        return child;
    }
}
