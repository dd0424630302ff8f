using System.Globalization;
using Scoring.Cli.Files;
using Scoring.V1;

namespace Scoring.Cli.Score;

/// <summary>The head that a file is scored with, held against the file before the first message is sent.</summary>
/// <param name="Columns">What the scores' columns are called: what they are, and of which class.</param>
internal sealed record ScoreHead(IReadOnlyList<string> Columns)
{
    /// <exception cref="InvalidDataException">There is no such head, or the file is not for it.</exception>
    public static ScoreHead Find(ListHeadsResponse service, string name, LogitReader input)
    {
        var head = service.Heads.FirstOrDefault(known => known.Name == name) ?? throw new InvalidDataException(
            $"there is no head '{name}'; the service has {string.Join(", ", service.Heads.Select(known => known.Name))}");

        if (head.Classes != 0 && head.Classes != input.Classes)
        {
            throw new InvalidDataException($"head '{name}' has {head.Classes} classes; {input.Name} has {input.Classes}");
        }

        if (!head.Labels.SequenceEqual(input.Labels) && head.Labels.ToHashSet().SetEquals(input.Labels))
        {
            throw new InvalidDataException(
                $"{input.Name} has the classes of head '{name}' in another order: {string.Join(", ", input.Labels)}; "
                + $"the head has {string.Join(", ", head.Labels)}");
        }

        IReadOnlyList<string> labels = head.Labels.Count > 0 ? head.Labels : input.Labels;
        var prefix = head.Activation switch
        {
            Activation.LogSoftmax => "log_probability",
            Activation.Linear => "logit",
            _ => "probability",
        };
        return new ScoreHead([.. Enumerable.Range(0, input.Classes).Select(column => $"{prefix}_{Name(column)}")]);

        string Name(int column) => labels.Count > 0 ? labels[column] : column.ToString(CultureInfo.InvariantCulture);
    }
}
