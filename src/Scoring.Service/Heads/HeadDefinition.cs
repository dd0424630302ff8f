using Scoring.V1;

namespace Scoring.Service.Heads;

/// <summary>What stands at the end of a model: what becomes of a row of logits.</summary>
/// <param name="Name">What requests name it by.</param>
/// <param name="Activation">What it makes of a row.</param>
/// <param name="Classes">The width of its rows; 0 for any width.</param>
/// <param name="Labels">One for each class; empty where it has none.</param>
/// <param name="Temperature">What logits are divided by, unless a request says otherwise.</param>
/// <param name="Threshold">The least probability that counts as a yes in a decision.</param>
/// <param name="Revision">Counts the configurations that have been in force; 0 for the built-in heads.</param>
internal sealed record HeadDefinition(
    string Name, Activation Activation, int Classes, IReadOnlyList<string> Labels, float Temperature, float Threshold, ulong Revision)
{
    public static HeadDefinition BuiltIn(string name, Activation activation, float threshold) =>
        new(name, activation, Classes: 0, Labels: [], Temperature: 1, threshold, Revision: 0);

    public Head ToMessage()
    {
        var head = new Head
        {
            Name = Name,
            Activation = Activation,
            Classes = (uint)Classes,
            Temperature = Temperature,
            Threshold = Threshold,
            Revision = Revision,
        };
        head.Labels.AddRange(Labels);
        return head;
    }
}
