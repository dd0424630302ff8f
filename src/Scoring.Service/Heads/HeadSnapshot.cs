using System.Collections.Frozen;
using Scoring.Heads;

namespace Scoring.Service.Heads;

/// <summary>The heads of one configuration, the built-in ones among them. It never changes: a change of configuration makes another.</summary>
internal sealed class HeadSnapshot
{
    /// <summary>What a message that names no head is scored with.</summary>
    public const string DefaultName = "softmax";

    private readonly FrozenDictionary<string, int> _places;
    private readonly int _default;

    /// <param name="configured">The heads that are not built in, each with the name of no other.</param>
    /// <param name="revision">Counts the configurations that have been in force: no two have the same.</param>
    public HeadSnapshot(IEnumerable<HeadDefinition> configured, ulong revision)
    {
        Revision = revision;
        var all = BuiltInHeads.All.Concat(configured.Select(head => head with { Revision = revision }));
        All = [.. all.OrderBy(head => head.Name, StringComparer.Ordinal)];
        _places = All.Index().ToFrozenDictionary(head => head.Item.Name, head => head.Index, StringComparer.Ordinal);
        _default = _places[DefaultName];
    }

    public ulong Revision { get; }

    /// <summary>All of them, by name.</summary>
    public IReadOnlyList<HeadDefinition> All { get; }

    /// <summary>Which of all has this name, or is softmax where there is no name; −1 where none is.</summary>
    public int IndexOf(string name) => name.Length == 0 ? _default : _places.TryGetValue(name, out var index) ? index : -1;

    /// <summary>The head of this name, or softmax where there is no name; null where there is none.</summary>
    public HeadDefinition? Find(string name) => IndexOf(name) is >= 0 and var index ? All[index] : null;

    /// <summary>Whether both have the same heads, whatever their revisions.</summary>
    public bool HasTheHeadsOf(HeadSnapshot other) =>
        All.Select(
            head => (head with { Revision = 0 }).ToMessage()).SequenceEqual(other.All.Select(head => (head with { Revision = 0 }).ToMessage()));
}
