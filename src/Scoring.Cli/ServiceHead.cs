using System.Globalization;
using Scoring.Cli.Files;
using Scoring.Cli.Heads;
using Scoring.V1;

namespace Scoring.Cli;

/// <summary>The head that a file is for, held against the file before the first message is sent.</summary>
/// <param name="Definition">What the service says of it.</param>
/// <param name="Labels">What the classes are called: the head's labels, or else the file's; empty where neither has any.</param>
internal sealed record ServiceHead(Head Definition, IReadOnlyList<string> Labels)
{
    /// <summary>What its results are.</summary>
    public Scoring.Heads.Activation Activation => ServiceActivation.Find(Definition.Activation) ?? throw new InvalidDataException(
        $"head '{Quoted.Text(Definition.Name)}' has the activation {ServiceActivation.NameOf(Definition.Activation)}, which this version of scoring "
        + "does not know");

    /// <exception cref="InvalidDataException">There is no such head.</exception>
    public static Head Find(ListHeadsResponse service, string name) =>
        service.Heads.FirstOrDefault(known => known.Name == name) ?? throw new InvalidDataException(
            $"there is no head '{name}'; the service has {Quoted.Line(string.Join(", ", service.Heads.Select(known => known.Name)))}");

    /// <exception cref="InvalidDataException">There is no such head, or the file is not for it.</exception>
    public static ServiceHead Find(ListHeadsResponse service, string name, LogitReader input)
    {
        var head = Find(service, name);
        if (head.Classes != 0 && head.Classes != input.Classes)
        {
            throw new InvalidDataException($"head '{name}' has {Plural.Of(head.Classes, "class")}; {input.Name} has {input.Classes}");
        }

        // Other names may be other words for the same classes; a name that both have at different places cannot.
        var others = head.Labels.Index().Zip(input.Labels).Where(both => both.First.Item != both.Second).ToList();
        var places = others.ToDictionary(both => both.Second, both => both.First.Index);
        if (others.FirstOrDefault(both => places.ContainsKey(both.First.Item)) is ({ Item: not null } moved, _))
        {
            throw new InvalidDataException(
                $"{input.Name} has the classes of head '{name}' at other places: '{Quoted.Text(moved.Item)}' is its class {places[moved.Item]}, "
                + $"and class {moved.Index} of the head");
        }

        return new ServiceHead(head, head.Labels.Count > 0 ? head.Labels : input.Labels);
    }

    /// <summary>What a class is called: its label, or its index.</summary>
    public string NameOf(int column) => Labels.Count > 0 ? Labels[column] : column.ToString(CultureInfo.InvariantCulture);
}
