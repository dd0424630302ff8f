using System.Collections.Frozen;
using Scoring.Heads;

namespace Scoring.Service.Heads;

/// <summary>The heads of one configuration, the built-in ones among them. It never changes: a change of configuration makes another.</summary>
internal sealed class HeadSnapshot
{
    /// <summary>What a message that names no head is scored with.</summary>
    public const string DefaultName = "softmax";

    private readonly FrozenDictionary<string, HeadDefinition> _heads;
    private readonly HeadDefinition? _default;

    /// <param name="configured">The heads that are not built in, each with the name of no other.</param>
    /// <param name="revision">Counts the configurations that have been in force.</param>
    public HeadSnapshot(IEnumerable<HeadDefinition> configured, ulong revision)
        : this(revision, BuiltInHeads.All.Concat(configured.Select(head => head with { Revision = revision })))
    {
    }

    private HeadSnapshot(ulong revision, IEnumerable<HeadDefinition> all)
    {
        Revision = revision;
        _heads = all.ToFrozenDictionary(head => head.Name, StringComparer.Ordinal);
        _default = _heads.GetValueOrDefault(DefaultName);
        All = [.. _heads.Values.OrderBy(head => head.Name, StringComparer.Ordinal)];
    }

    public ulong Revision { get; }

    /// <summary>All of them, by name.</summary>
    public IReadOnlyList<HeadDefinition> All { get; }

    /// <summary>The head of this name, or softmax where there is no name; null where there is none.</summary>
    public HeadDefinition? Find(string name) => name.Length == 0 ? _default : _heads.GetValueOrDefault(name);

    /// <summary>Some of these heads.</summary>
    public HeadSnapshot Only(Func<HeadDefinition, bool> isIncluded) => new(Revision, All.Where(isIncluded));

    /// <summary>Whether both have the same heads, whatever their revisions.</summary>
    public bool HasTheHeadsOf(HeadSnapshot other) =>
        All.Select(head => (head with { Revision = 0 }).ToMessage()).SequenceEqual(other.All.Select(head => (head with { Revision = 0 }).ToMessage()));
}
