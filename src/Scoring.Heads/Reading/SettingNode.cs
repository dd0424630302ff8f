using System.Globalization;

namespace Scoring.Heads.Reading;

/// <summary>A tree of settings, whose names are alike in upper and lower case. It is made in time that grows with what there is.</summary>
internal sealed class SettingNode
{
    private const char Delimiter = ':';

    private readonly SettingNode? _parent;
    private Dictionary<string, SettingNode>? _children;
    private SettingNode[]? _sorted;

    /// <param name="path">Where the tree is.</param>
    public SettingNode(string path)
        : this(null, path)
    {
    }

    private SettingNode(SettingNode? parent, string key)
    {
        (_parent, Key) = (parent, key);
    }

    /// <summary>Its name under its parent, as the first source spells it.</summary>
    public string Key { get; }

    public string Path => _parent is null ? Key : $"{_parent.Path}{Delimiter}{Key}";

    /// <summary>
    /// What the last source has that has anything for this very key: null for JSON's null and an empty object, and empty for an empty array.
    /// </summary>
    public string? Value { get; private set; }

    /// <summary>Whether a source has something for this very key, be it null.</summary>
    public bool HasValue { get; private set; }

    /// <summary>What lies under it, in the order of configuration: numbers by their size, then names.</summary>
    public IReadOnlyList<SettingNode> Children => _sorted ??= _children is null ? [] : Sorted([.. _children.Values]);

    /// <summary>The texts of a list, for which one text may stand.</summary>
    public IEnumerable<string> Items =>
        Children.Count > 0 ? Children.Select(child => child.Value ?? string.Empty) : string.IsNullOrEmpty(Value) ? [] : [Value];

    /// <summary>What lies under it by this name; null where nothing does.</summary>
    public SettingNode? this[string key] => _children?.GetValueOrDefault(key);

    /// <summary>Sets what lies under it; what comes later comes over what came before.</summary>
    /// <param name="below">The rest of the path, each key with the delimiter before it.</param>
    /// <param name="value">What is there.</param>
    public void Set(ReadOnlySpan<char> below, string? value)
    {
        var node = this;
        while (!below.IsEmpty)
        {
            below = below[1..];
            var end = below.IndexOf(Delimiter);
            node = node.Child(end < 0 ? below : below[..end]);
            below = end < 0 ? [] : below[end..];
        }

        (node.Value, node.HasValue) = (value, true);
    }

    /// <summary>Most lists are in order as they come, and to compare keys is slow.</summary>
    private static SettingNode[] Sorted(SettingNode[] children)
    {
        for (var i = 1; i < children.Length; i++)
        {
            if (KeyOrder.Instance.Compare(children[i - 1].Key, children[i].Key) > 0)
            {
                return [.. children.OrderBy(child => child.Key, KeyOrder.Instance)];
            }
        }

        return children;
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

    /// <summary>The order of .NET's configuration: an empty key, numbers by their size, and then names.</summary>
    private sealed class KeyOrder : IComparer<string>
    {
        public static KeyOrder Instance { get; } = new();

        public int Compare(string? x, string? y) => (Number(x), Number(y)) switch
        {
            _ when string.IsNullOrEmpty(x) || string.IsNullOrEmpty(y) => (x?.Length ?? 0).CompareTo(y?.Length ?? 0),
            ({ } one, { } other) => one.CompareTo(other),
            (null, null) => string.Compare(x, y, StringComparison.OrdinalIgnoreCase),
            (null, _) => 1,
            _ => -1,
        };

        private static int? Number(string? key) => int.TryParse(key, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
