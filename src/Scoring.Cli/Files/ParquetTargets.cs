using System.Globalization;
using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace Scoring.Cli.Files;

/// <summary>The targets of one row group: whole numbers or labels.</summary>
internal sealed class ParquetTargets
{
    /// <summary>A date, a time or a decimal number is an integer in the file, too, and no target.</summary>
    private static readonly Type[] Types =
    [
        typeof(ReadOnlyMemory<char>), typeof(string), typeof(bool), typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int),
        typeof(uint), typeof(long), typeof(ulong), typeof(float), typeof(double),
    ];

    private readonly string _file;
    private readonly List<Column> _columns = [];

    private ParquetTargets(string file)
    {
        _file = file;
    }

    public static async Task<ParquetTargets> LoadAsync(
        string file, ParquetRowGroupReader group, IReadOnlyList<Field> fields, ColumnRoles roles, CancellationToken cancellationToken)
    {
        var targets = new ParquetTargets(file);
        for (var column = 0; column < fields.Count; column++)
        {
            if (roles.Target(column) is >= 0 and var index)
            {
                var field = ParquetColumns.AsColumn(fields[column]) is { } known and not TimeDataField && Array.Exists(Types, known.ClrType.Equals)
                    ? known
                    : throw WrongType(file, fields[column]);
                using var raw = await ParquetColumns.ReadAsync(file, () => group.ReadRawColumnDataBaseAsync(field, cancellationToken).AsTask())
                    .ConfigureAwait(false);
                targets._columns.Add(new Column(index, roles.Name(column), raw is RawColumnData<bool>, Texts(file, raw, field, (int)group.RowCount)));
            }
        }

        return targets;
    }

    /// <summary>Copies the targets of some of the group's rows.</summary>
    /// <exception cref="InvalidDataException">One of them is none.</exception>
    public void CopyTo(TargetBuffer targets, int first, int rows, Func<int, string> locate)
    {
        foreach (var column in _columns)
        {
            for (var row = 0; row < rows; row++)
            {
                var (index, text) = ((row * targets.PerRow) + column.Index, column.Texts[first + row] ?? "");
                if ((column.IsTruth && text.Length > 0 ? targets.Set(index, bool.Parse(text)) : targets.Set(index, text)) is { } wrong)
                {
                    throw new InvalidDataException($"{_file}, {locate(first + row)}, column {column.Name}: {wrong}");
                }
            }
        }
    }

    /// <summary>What each row says, as CSV would have it; null where it says nothing.</summary>
    private static string?[] Texts(string file, RawColumnData raw, DataField field, int rows)
    {
        var texts = new string?[rows];
        var known = new Dictionary<string, string>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        switch (raw)
        {
            case RawColumnData<ReadOnlyMemory<char>> column:
                ParquetColumns.ForEach(file, column, field, rows, (row, value) => texts[row] = Intern(value.Span));
                break;
            case RawColumnData<bool> column:
                ParquetColumns.ForEach(file, column, field, rows, (row, value) => texts[row] = value ? bool.TrueString : bool.FalseString);
                break;
            case RawColumnData<int> column:
                Numbers(column);
                break;
            case RawColumnData<long> column:
                Numbers(column);
                break;
            case RawColumnData<short> column:
                Numbers(column);
                break;
            case RawColumnData<sbyte> column:
                Numbers(column);
                break;
            case RawColumnData<byte> column:
                Numbers(column);
                break;
            case RawColumnData<ushort> column:
                Numbers(column);
                break;
            case RawColumnData<uint> column:
                Numbers(column);
                break;
            case RawColumnData<ulong> column:
                Numbers(column);
                break;
            case RawColumnData<float> column:
                Numbers(column);
                break;
            case RawColumnData<double> column:
                Numbers(column);
                break;
            default:
                throw WrongType(file, field);
        }

        return texts;

        void Numbers<T>(RawColumnData<T> column)
            where T : struct, ISpanFormattable =>
            ParquetColumns.ForEach(file, column, field, rows, (row, value) =>
            {
                Span<char> text = stackalloc char[32];
                value.TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
                texts[row] = Intern(text[..length]);
            });

        // A column of labels has few that differ.
        string Intern(ReadOnlySpan<char> text)
        {
            if (!known.TryGetValue(text, out var interned))
            {
                known[text] = interned = text.ToString();
            }

            return interned;
        }
    }

    private static InvalidDataException WrongType(string file, Field field) => new(
        $"{file}, column {Quoted.Text(field.Name)}, is of {ParquetColumns.TypeName(field)}; targets are text or whole numbers.");

    private sealed record Column(int Index, string Name, bool IsTruth, string?[] Texts);
}
