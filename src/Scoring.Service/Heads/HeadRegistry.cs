using System.Collections.Frozen;
using Scoring.V1;

namespace Scoring.Service.Heads;

/// <summary>The heads that requests can name.</summary>
internal sealed class HeadRegistry
{
    private static readonly HeadDefinition Default = HeadDefinition.BuiltIn("softmax", Activation.Softmax, threshold: 0);

    private readonly FrozenDictionary<string, HeadDefinition> _heads = new[]
    {
        Default,
        HeadDefinition.BuiltIn("log_softmax", Activation.LogSoftmax, threshold: 0),
        HeadDefinition.BuiltIn("sigmoid", Activation.Sigmoid, threshold: 0.5f),
        HeadDefinition.BuiltIn("linear", Activation.Linear, threshold: 0),
    }.ToFrozenDictionary(head => head.Name, StringComparer.Ordinal);

    /// <summary>All of them, by name.</summary>
    public IEnumerable<HeadDefinition> All => _heads.Values.OrderBy(head => head.Name, StringComparer.Ordinal);

    /// <summary>The head of this name, or softmax where there is no name; null where nobody configured it.</summary>
    public HeadDefinition? Find(string name) => name.Length == 0 ? Default : _heads.GetValueOrDefault(name);
}
