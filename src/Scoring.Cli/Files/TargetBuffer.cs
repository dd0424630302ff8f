using System.Globalization;
using System.Numerics;

namespace Scoring.Cli.Files;

/// <summary>The targets of a message's rows as indices, and the knowledge of what may stand for one in a file.</summary>
internal sealed class TargetBuffer
{
    private const int LabelsNamed = 12;

    private readonly Dictionary<string, uint> _indices = new(StringComparer.Ordinal);

    /// <summary>From here on several whole numbers may be one double.</summary>
    private const double NotExact = 1L << 53;

    /// <summary>The classes that are called by a number.</summary>
    private readonly Dictionary<double, uint> _numbers = [];

    /// <summary>Whether any class is called by a number: every number is then one of those, and none an index.</summary>
    private readonly bool _areNumbers;
    private readonly uint[] _targets;
    private readonly uint? _true;
    private readonly uint? _false;
    private readonly string _allowed;

    /// <param name="kind">What a row's target is.</param>
    /// <param name="classes">Logits in a row.</param>
    /// <param name="labels">What the classes are called; empty where they have no names.</param>
    /// <param name="columns">What the file calls them, which may be other words for the same; empty where it does not.</param>
    /// <param name="rows">Room, in rows.</param>
    public TargetBuffer(TargetKind kind, int classes, IReadOnlyList<string> labels, IReadOnlyList<string> columns, int rows)
    {
        PerRow = kind == TargetKind.Labels ? classes : 1;
        Bound = kind == TargetKind.Labels ? 2u : (uint)classes;
        _targets = new uint[(long)rows * PerRow];

        var names = kind == TargetKind.Class ? labels.Index().Concat(columns.Index()).DistinctBy(name => name.Item).ToList() : [];
        foreach (var (label, name) in names)
        {
            _indices.Add(name, (uint)label);
            if (!TryParse(name, out var number) || !double.IsFinite(number))
            {
                continue;
            }

            _areNumbers = true;
            if (Math.Abs(number) < NotExact && !_numbers.TryAdd(number, (uint)label) && _numbers[number] != label)
            {
                // Which of two it means, 1 or 1.0, nobody can tell.
                _numbers[number] = Bound;
            }
        }

        (_true, _false) = (Only("true"), Only("false"));
        _allowed = (kind, names.Count) switch
        {
            (TargetKind.Labels, _) => "0 or 1",
            (_, 0) => $"an index from 0 to {classes - 1}",
            _ => $"a label ({string.Join(", ", names.Take(LabelsNamed).Select(name => Quoted.Text(name.Item)))}"
                + $"{(names.Count > LabelsNamed ? ", …" : "")}){(_areNumbers ? "" : $" or an index from 0 to {classes - 1}")}",
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
        // Labels may differ by spaces alone; otherwise those beside one mean nothing.
        if (_indices.TryGetValue(text, out var target) || _indices.TryGetValue(text = text.Trim(' ', '\t'), out target))
        {
            _targets[index] = target;
            return null;
        }

        if (text.Length == 0)
        {
            return $"the target is missing; it must be {_allowed}";
        }

        // As pandas writes truths.
        return TryParse(text, out var number) ? Math.Abs(number) < NotExact ? Set(index, number) : Refusal(Quoted.Text(text))
            : bool.TryParse(text, out var truth) ? Set(index, truth)
            : $"the target is '{Quoted.Text(text)}'; it must be {_allowed}";
    }

    /// <summary>Takes a number: an index, unless classes are called by numbers.</summary>
    /// <returns>What is wrong with it; null where nothing is.</returns>
    public string? Set<T>(int index, T value)
        where T : INumber<T>
    {
        var number = double.CreateChecked(value);
        if (Math.Abs(number) >= NotExact)
        {
            // Only its digits tell which it is.
            return Set(index, value.ToString(null, CultureInfo.InvariantCulture));
        }

        var target = !_areNumbers ? number : _numbers.TryGetValue(number, out var label) ? label : double.NaN;
        if (target >= 0 && target < Bound && double.IsInteger(target))
        {
            _targets[index] = (uint)target;
            return null;
        }

        return Refusal(value.ToString(null, CultureInfo.InvariantCulture));
    }

    /// <summary>Takes a truth: the class of that name, or 1 and 0 where classes have no names.</summary>
    /// <returns>What is wrong with it; null where nothing is.</returns>
    public string? Set(int index, bool truth)
    {
        if (_indices.Count == 0)
        {
            return Set(index, truth ? 1 : 0);
        }

        if ((truth ? _true : _false) is not { } target)
        {
            return $"the target is {(truth ? "true" : "false")}; it must be {_allowed}";
        }

        _targets[index] = target;
        return null;
    }

    private string Refusal(string number) => $"the target is {number}; it must be {_allowed}";

    /// <summary>The class that is called so, whichever letters are capital; null where it is none or several.</summary>
    private uint? Only(string name)
    {
        var named = _indices.Where(other => string.Equals(other.Key, name, StringComparison.OrdinalIgnoreCase)).Select(other => other.Value);
        return named.Distinct().Take(2).ToArray() is [var one] ? one : null;
    }

    private static bool TryParse(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
}
