namespace Scoring.Cli.Files;

/// <summary>
/// What the columns of a table are by their names: <c>logit_NAME</c> is a class's logit; <c>target</c> is the row's class, or
/// <c>target_NAME</c> a label's 0 or 1; every other is passed over, except one that can only be meant for a logit.
/// </summary>
internal sealed class ColumnRoles
{
    public const string LogitPrefix = "logit_";
    public const string TargetName = "target";
    private const string TargetPrefix = TargetName + "_";

    /// <summary>What may stand before a name and be no part of it: the mark of a comment, spaces, a quote, a byte order mark.</summary>
    private const string Marks = "#% \t'\"\ufeff";

    private readonly string _file;
    private readonly IReadOnlyList<string> _names;
    private readonly int[] _logits;
    private readonly int[] _targets;

    /// <exception cref="InvalidDataException">Two columns are the same logit or target.</exception>
    public ColumnRoles(string file, IReadOnlyList<string> names)
    {
        (_file, _names) = (file, names);
        var named = names.Where(name => HasRole(name) || name == ParquetLogitReader.ListName).CountBy(name => name);
        if (named.FirstOrDefault(same => same.Value > 1) is { Key: { } twice, Value: var times })
        {
            throw new InvalidDataException($"{file} has {times} columns {Quoted.Text(twice)}; there may be one.");
        }

        if (names.FirstOrDefault(IsMisspelt) is { } misspelt)
        {
            throw new InvalidDataException($"{file} has a column {Quoted.Text(misspelt)}; columns of logits are named {LogitPrefix}NAME.");
        }

        var count = 0;
        _logits = [.. names.Select(name => name.StartsWith(LogitPrefix, StringComparison.Ordinal) ? count++ : -1)];
        Labels = [.. names.Where((_, column) => _logits[column] >= 0).Select(name => name[LogitPrefix.Length..])];
        var labels = Labels.Index().ToDictionary(label => label.Item, label => label.Index);
        _targets = [.. names.Select(name => TargetOf(name, labels))];
    }

    /// <summary>Every column is a logit, and the classes have no names.</summary>
    public ColumnRoles(int columns)
    {
        (_file, _names) = ("", []);
        _logits = [.. Enumerable.Range(0, columns)];
        _targets = [.. Enumerable.Repeat(-1, columns)];
        Labels = [];
    }

    /// <summary>Columns of the table.</summary>
    public int Count => _logits.Length;

    /// <summary>The names of the classes, in the order of their columns.</summary>
    public string[] Labels { get; }

    /// <summary>The names of the columns that are neither logits nor targets.</summary>
    public IEnumerable<string> PassedOver => _names.Where((name, column) => _logits[column] < 0 && !HasRole(name));

    /// <summary>What messages call a column.</summary>
    public string Name(int column) => Quoted.Text(_names[column]);

    /// <summary>What messages call the column of a class.</summary>
    public string LogitName(int label) => Quoted.Text(LogitPrefix + Labels[label]);

    /// <summary>The class that a column is the logit of; -1 for none.</summary>
    public int Logit(int column) => _logits[column];

    /// <summary>Which of the row's targets a column is; -1 for none.</summary>
    public int Target(int column) => _targets[column];

    /// <summary>What the targets are.</summary>
    /// <exception cref="InvalidDataException">The names contradict each other.</exception>
    public TargetKind FindTargets()
    {
        var perLabel = _names.Where(name => name.StartsWith(TargetPrefix, StringComparison.Ordinal)).ToList();
        if (_names.Contains(TargetName))
        {
            return perLabel.Count == 0
                ? TargetKind.Class
                : throw new InvalidDataException(
                    $"{_file} has a column {TargetName} and a column {Quoted.Text(perLabel[0])}; "
                    + "a row has one class, or 0 or 1 for each label, not both.");
        }

        if (perLabel.Count == 0)
        {
            return TargetKind.None;
        }

        if (_names.Where((name, column) => _targets[column] < 0 && name.StartsWith(TargetPrefix, StringComparison.Ordinal)).FirstOrDefault()
            is { } stray)
        {
            throw new InvalidDataException(
                $"{_file} has a column {Quoted.Text(stray)}, and no column {Quoted.Text(LogitPrefix + stray[TargetPrefix.Length..])} "
                + "that it is the target of.");
        }

        var measured = perLabel.ToHashSet(StringComparer.Ordinal);
        return Labels.FirstOrDefault(label => !measured.Contains(TargetPrefix + label)) is { } missing
            ? throw new InvalidDataException(
                $"{_file} has targets for some labels only: there is a column {Quoted.Text(LogitPrefix + missing)}, and no "
                + $"{Quoted.Text(TargetPrefix + missing)}.")
            : TargetKind.Labels;
    }

    private static bool HasRole(string name) =>
        name == TargetName || name.StartsWith(TargetPrefix, StringComparison.Ordinal) || name.StartsWith(LogitPrefix, StringComparison.Ordinal);

    /// <summary>
    /// A class would be missing without a word. <c>logits</c> alone is another format's column; NumPy's savetxt puts <c># </c> before the first name.
    /// </summary>
    private static bool IsMisspelt(string name) =>
        !HasRole(name)
        && name.AsSpan().TrimStart(Marks).StartsWith("logit", StringComparison.OrdinalIgnoreCase)
        && name != ParquetLogitReader.ListName;

    private static int TargetOf(string name, Dictionary<string, int> labels) =>
        name == TargetName ? 0
        : name.StartsWith(TargetPrefix, StringComparison.Ordinal) && labels.TryGetValue(name[TargetPrefix.Length..], out var label) ? label
        : -1;
}
