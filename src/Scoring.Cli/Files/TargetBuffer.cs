using System.Globalization;

namespace Scoring.Cli.Files;

/// <summary>The targets of a message's rows as indices, and the knowledge of what may stand for one in a file.</summary>
internal sealed class TargetBuffer
{
    private const int LabelsNamed = 12;

    private readonly Dictionary<string, uint> _indices = new(StringComparer.Ordinal);

    /// <summary>The classes that are called by a number, where any is: every number is then one of these, and none an index.</summary>
    private readonly Dictionary<double, uint> _numbers = [];
    private readonly uint[] _targets;
    private readonly string _allowed;

    /// <param name="kind">What a row's target is.</param>
    /// <param name="classes">Logits in a row.</param>
    /// <param name="labels">What the classes are called; empty where they have no names.</param>
    /// <param name="rows">Room, in rows.</param>
    public TargetBuffer(TargetKind kind, int classes, IReadOnlyList<string> labels, int rows)
    {
        PerRow = kind == TargetKind.Labels ? classes : 1;
        Bound = kind == TargetKind.Labels ? 2u : (uint)classes;
        _targets = new uint[(long)rows * PerRow];

        var names = kind == TargetKind.Class ? labels : [];
        for (var label = 0; label < names.Count; label++)
        {
            _indices.TryAdd(names[label], (uint)label);
            if (TryParse(names[label], out var number) && double.IsFinite(number) && !_numbers.TryAdd(number, (uint)label))
            {
                // Which of two it means, 1 or 1.0, nobody can tell.
                _numbers[number] = Bound;
            }
        }

        _allowed = (kind, names.Count) switch
        {
            (TargetKind.Labels, _) => "0 or 1",
            (_, 0) => $"an index from 0 to {classes - 1}",
            _ => $"a label ({string.Join(", ", names.Take(LabelsNamed).Select(name => Quoted.Text(name)))}"
                + $"{(names.Count > LabelsNamed ? ", …" : "")}){(_numbers.Count > 0 ? "" : $" or an index from 0 to {classes - 1}")}",
        };
    }

    /// <summary>Targets of one row: 1, or one for each label.</summary>
    public int PerRow { get; }

    /// <summary>What every target is below.</summary>
    public uint Bound { get; }

    /// <summary>The targets of the first rows.</summary>
    public ReadOnlySpan<uint> Of(int rows) => _targets.AsSpan(0, rows * PerRow);

    /// <summary>Takes text: a label, or else a number.</summary>
    /// <returns>What is wrong with it; null where nothing is.</returns>
    public string? Set(int index, string text)
    {
        if (_indices.TryGetValue(text, out var target))
        {
            _targets[index] = target;
            return null;
        }

        if (text.Length == 0)
        {
            return $"the target is missing; it must be {_allowed}";
        }

        return TryParse(text, out var number)
            ? Set(index, number)
            : $"the target is '{Quoted.Text(text)}'; it must be {_allowed}";
    }

    /// <summary>Takes a number: an index, unless classes are called by numbers.</summary>
    /// <returns>What is wrong with it; null where nothing is.</returns>
    public string? Set(int index, double number)
    {
        var target = _numbers.Count == 0 ? number : _numbers.TryGetValue(number, out var label) ? label : double.NaN;
        if (target >= 0 && target < Bound && double.IsInteger(target))
        {
            _targets[index] = (uint)target;
            return null;
        }

        return string.Create(CultureInfo.InvariantCulture, $"the target is {number}; it must be {_allowed}");
    }

    private static bool TryParse(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
}
