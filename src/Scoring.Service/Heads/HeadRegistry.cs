using Scoring.Heads;

namespace Scoring.Service.Heads;

/// <summary>The heads that requests can name now. They are swapped all at once, so whoever needs several looks takes one snapshot.</summary>
internal sealed class HeadRegistry
{
    private volatile HeadSnapshot _current = new([], revision: 0);

    /// <summary>Before the service has started, the built-in heads alone.</summary>
    public HeadSnapshot Current => _current;

    /// <summary>The head of this name, or softmax where there is no name; null where nobody configured it.</summary>
    public HeadDefinition? Find(string name) => _current.Find(name);

    /// <summary>Puts other heads in force. A message that was checked before is scored with the head it was checked with.</summary>
    public void Swap(HeadSnapshot heads) => _current = heads;
}
