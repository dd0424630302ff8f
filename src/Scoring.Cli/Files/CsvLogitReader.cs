using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Scoring.V1;

namespace Scoring.Cli.Files;

/// <summary>
/// Reads logits from CSV. With a header, the columns' names say which are logits and targets; without one, every column is a logit.
/// </summary>
internal sealed class CsvLogitReader : LogitReader
{
    private const int MaxLineBytes = 64 << 20;

    private readonly InputBuffer _input;
    private readonly ColumnRoles _columns;
    private readonly bool _hasHeader;
    private long _linesRead;
    private int _lineBytes;

    private CsvLogitReader(string name, InputBuffer input, ColumnRoles columns, bool hasHeader)
        : base(name)
    {
        (_input, _columns, _hasHeader) = (input, columns, hasHeader);
        Classes = Enumerable.Range(0, columns.Count).Count(column => columns.Logit(column) >= 0);
    }

    public override int Classes { get; }

    /// <summary>Digits may say more than FP32 holds.</summary>
    public override DataType ElementType => DataType.Fp64;

    public override IReadOnlyList<string> Labels => _columns.Labels;

    public override IEnumerable<string> PassedOver => _columns.PassedOver;

    public override long Position => _input.Position;

    public override long? Length => _input.Length;

    public override TargetKind Targets => _columns.FindTargets();

    /// <summary>The line that <see cref="NextLineAsync"/> found, without its end.</summary>
    private ReadOnlySpan<byte> CurrentLine => _input.Buffered[.._lineBytes].TrimEnd("\r\n"u8);

    public static async Task<CsvLogitReader> OpenAsync(string name, InputBuffer input, CancellationToken cancellationToken)
    {
        if (input.Buffered.StartsWith(Encoding.UTF8.Preamble))
        {
            input.Advance(Encoding.UTF8.Preamble.Length);
        }

        var lineBytes = await FindLineAsync(name, input, 1, cancellationToken).ConfigureAwait(false);
        var line = input.Buffered[..lineBytes].TrimEnd("\r\n"u8);
        if (line.IsEmpty)
        {
            throw new InvalidDataException($"{name} has no rows: its first line is empty.");
        }

        var fields = Fields(name, line);
        if (fields.All(field => TryParse(Encoding.UTF8.GetBytes(field), out _)))
        {
            return new CsvLogitReader(name, input, new ColumnRoles(fields.Count), hasHeader: false);
        }

        var columns = new ColumnRoles(name, fields);
        if (columns.Labels.Length == 0)
        {
            throw new InvalidDataException(
                $"{name} has a first line that is neither numbers nor a header: a header names each column of logits {ColumnRoles.LogitPrefix}NAME.");
        }

        input.Advance(lineBytes);
        return new CsvLogitReader(name, input, columns, hasHeader: true);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> rows, TargetBuffer? targets, CancellationToken cancellationToken)
    {
        var room = rows.Length / RowBytes;
        var read = 0;
        while (read < room && await NextLineAsync(cancellationToken).ConfigureAwait(false))
        {
            Parse(MemoryMarshal.Cast<byte, double>(rows.Span).Slice(read * Classes, Classes), targets, read);
            read++;
        }

        return read;
    }

    public override string Locate(long row, int? column)
    {
        var line = Line(row);
        return column switch
        {
            null => line,
            { } index when _hasHeader => $"{line}, column {_columns.LogitName(index)}",
            { } index => $"{line}, column {index}",
        };
    }

    public override ValueTask DisposeAsync() => _input.DisposeAsync();

    private string ColumnName(int column) =>
        _hasHeader && column < _columns.Count ? _columns.Name(column) : column.ToString(CultureInfo.InvariantCulture);

    private string Line(long row) => $"row {row} (line {row + (_hasHeader ? 2 : 1)})";

    private static List<string> Fields(string name, ReadOnlySpan<byte> line)
    {
        var fields = new List<string>();
        var each = new CsvFields(line);
        while (each.MoveNext())
        {
            if (each.Fault is { } fault)
            {
                throw new InvalidDataException($"{name}, line 1, column {fields.Count}: {fault}.");
            }

            fields.Add(Text(each.Current));
        }

        // Whoever writes a file by hand puts spaces after commas; but names may differ by nothing else, as those of tokens do.
        List<string> trimmed = [.. fields.Select(field => field.Trim(' ', '\t'))];
        return trimmed.Distinct().Count() == fields.Distinct().Count() ? trimmed : fields;
    }

    /// <summary>Moves to the next row's line. An empty line may stand at the end of the file, and nowhere else.</summary>
    private async ValueTask<bool> NextLineAsync(CancellationToken cancellationToken)
    {
        _input.Advance(_lineBytes);
        long? firstEmpty = null;
        while ((_lineBytes = await FindLineAsync(Name, _input, LineNumber + 1, cancellationToken).ConfigureAwait(false)) > 0)
        {
            _linesRead++;
            if (!CurrentLine.IsEmpty)
            {
                return firstEmpty is null ? true : throw new InvalidDataException($"{Name}, line {firstEmpty}, is empty, and rows follow it.");
            }

            firstEmpty ??= LineNumber;
            _input.Advance(_lineBytes);
        }

        return false;
    }

    private long LineNumber => _linesRead + (_hasHeader ? 1 : 0);

    /// <summary>The length of the line that the input stands at, with its end; 0 at the end of the input.</summary>
    private static async ValueTask<int> FindLineAsync(string name, InputBuffer input, long number, CancellationToken cancellationToken)
    {
        var searched = 0;
        while (true)
        {
            var end = input.Buffered[searched..].IndexOf((byte)'\n');
            if (end >= 0)
            {
                return searched + end + 1;
            }

            searched = input.Buffered.Length;
            if (searched > MaxLineBytes)
            {
                throw new InvalidDataException($"{name}, line {number}, is longer than {MaxLineBytes >> 20} MiB.");
            }

            if (!await input.FillAsync(cancellationToken).ConfigureAwait(false))
            {
                return searched;
            }
        }
    }

    private void Parse(Span<double> logits, TargetBuffer? targets, int row)
    {
        var fields = new CsvFields(CurrentLine);
        var column = 0;
        var areSingles = true;
        for (; fields.MoveNext(); column++)
        {
            if (fields.Fault is { } fault)
            {
                throw new InvalidDataException($"{Name}, {Line(_linesRead - 1)}, column {ColumnName(column)}: {fault}.");
            }

            if (column >= _columns.Count)
            {
                continue;
            }

            var logit = _columns.Logit(column);
            if (logit >= 0 && !TryParse(fields.Current, out logits[logit]))
            {
                throw new InvalidDataException($"{Name}, {Locate(_linesRead - 1, logit)}: \"{Quoted.Text(Text(fields.Current))}\" is not a number.");
            }

            if (logit >= 0 && double.IsInfinity(logits[logit]) && fields.Current.ContainsAnyInRange((byte)'0', (byte)'9'))
            {
                throw new InvalidDataException(
                    $"{Name}, {Locate(_linesRead - 1, logit)}: {Quoted.Text(Text(fields.Current))} is more than FP64 holds; a masked class is -inf.");
            }

            areSingles = areSingles && (logit < 0 || IsSingle(logits[logit], fields.Current));
            if (targets is not null && _columns.Target(column) is >= 0 and var target
                && targets.Set((row * targets.PerRow) + target, Text(fields.Current)) is { } wrong)
            {
                throw new InvalidDataException($"{Name}, {Line(_linesRead - 1)}, column {_columns.Name(column)}: {wrong}");
            }
        }

        if (column != _columns.Count)
        {
            throw new InvalidDataException($"{Name}, line {LineNumber}, has {Plural.Of(column, "field")}; the first line has {_columns.Count}.");
        }

        // All of a row or none, or two of its numbers might change places.
        for (var logit = 0; areSingles && logit < logits.Length; logit++)
        {
            logits[logit] = (float)logits[logit];
        }
    }

    private static string Text(ReadOnlySpan<byte> field) => Encoding.UTF8.GetString(field).Replace("\"\"", "\"", StringComparison.Ordinal);

    /// <summary>
    /// Whether FP32 may have written the number, however few digits it needed: the FP32 nearest to it is no further away than half of its last digit.
    /// From 2²⁴ on, where FP32 has steps of more than 1, whole numbers are taken at their word.
    /// </summary>
    private static bool IsSingle(double value, ReadOnlySpan<byte> number)
    {
        var single = (double)(float)value;
        return single == value || !double.IsFinite(value)
            || (Math.Abs(value) < 1 << 24 && Math.Abs(single - value) <= HalfOfLastDigit(number.Trim(" \t"u8)));
    }

    private static double HalfOfLastDigit(ReadOnlySpan<byte> number)
    {
        var e = number.IndexOfAny((byte)'e', (byte)'E');
        var digits = e < 0 ? number : number[..e];
        var point = digits.IndexOf((byte)'.');
        var decimals = point < 0 ? 0 : digits.Length - point - 1;
        var exponent = 0;
        // An exponent too large for an int is one of a number that is 0 or infinite.
        return e < 0 || int.TryParse(number[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)
            ? 0.5 * Math.Pow(10, exponent - decimals)
            : 0;
    }

    /// <summary>Reads a number as NumPy and pandas write it: <c>nan</c>, <c>inf</c> and <c>-inf</c> are numbers, and nothing is a NaN.</summary>
    private static bool TryParse(ReadOnlySpan<byte> field, out double value)
    {
        field = field.Trim(" \t"u8);
        if (double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out value))
        {
            return true;
        }

        var unsigned = field is [(byte)'-' or (byte)'+', ..] ? field[1..] : field;
        if (Ascii.EqualsIgnoreCase(unsigned, "inf"u8))
        {
            value = field[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }

        value = double.NaN;
        return field.IsEmpty;
    }
}
