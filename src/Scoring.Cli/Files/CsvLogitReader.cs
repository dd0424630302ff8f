using System.Globalization;
using System.Text;

namespace Scoring.Cli.Files;

/// <summary>
/// Reads logits from CSV. With a header, the columns <c>logit_NAME</c> are the logits and every other column is passed over;
/// without one, every column is a logit.
/// </summary>
internal sealed class CsvLogitReader : LogitReader
{
    private const string LogitPrefix = "logit_";
    private const int MaxLineBytes = 64 << 20;

    /// <summary>For each column of the file, whether it is a logit.</summary>
    private readonly bool[] _isLogit;
    private readonly string[] _labels;
    private readonly bool _hasHeader;
    private long _linesRead;
    private int _lineBytes;

    private CsvLogitReader(string name, InputBuffer input, bool[] isLogit, string[] labels, bool hasHeader)
        : base(name, input)
    {
        (_isLogit, _labels, _hasHeader) = (isLogit, labels, hasHeader);
        Classes = isLogit.Count(logit => logit);
    }

    public override int Classes { get; }

    public override IReadOnlyList<string> Labels => _labels;

    /// <summary>The line that <see cref="NextLineAsync"/> found, without its end.</summary>
    private ReadOnlySpan<byte> Line => Input.Buffered[.._lineBytes].TrimEnd("\r\n"u8);

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

        var fields = Fields(line);
        if (fields.All(field => TryParse(Encoding.UTF8.GetBytes(field), out _)))
        {
            return new CsvLogitReader(name, input, [.. fields.Select(_ => true)], [], hasHeader: false);
        }

        var isLogit = fields.Select(field => field.StartsWith(LogitPrefix, StringComparison.Ordinal)).ToArray();
        if (!isLogit.Contains(true))
        {
            throw new InvalidDataException(
                $"{name} has a first line that is neither numbers nor a header: a header names each column of logits {LogitPrefix}NAME.");
        }

        input.Advance(lineBytes);
        return new CsvLogitReader(
            name,
            input,
            isLogit,
            [.. fields.Where((_, column) => isLogit[column]).Select(field => field[LogitPrefix.Length..])],
            hasHeader: true);
    }

    public override async ValueTask<int> ReadAsync(Memory<float> rows, CancellationToken cancellationToken)
    {
        var room = rows.Length / Classes;
        var read = 0;
        while (read < room && await NextLineAsync(cancellationToken).ConfigureAwait(false))
        {
            Parse(rows.Span.Slice(read * Classes, Classes));
            read++;
        }

        return read;
    }

    public override string Locate(long row, int? column)
    {
        var line = $"row {row} (line {row + (_hasHeader ? 2 : 1)})";
        return column switch
        {
            null => line,
            { } index when _hasHeader => $"{line}, column {LogitPrefix}{_labels[index]}",
            { } index => $"{line}, column {index}",
        };
    }

    private static List<string> Fields(ReadOnlySpan<byte> line)
    {
        var fields = new List<string>();
        var each = new CsvFields(line);
        while (each.MoveNext())
        {
            fields.Add(Encoding.UTF8.GetString(each.Current).Replace("\"\"", "\"", StringComparison.Ordinal));
        }

        return fields;
    }

    /// <summary>Moves to the next row's line. An empty line may stand at the end of the file, and nowhere else.</summary>
    private async ValueTask<bool> NextLineAsync(CancellationToken cancellationToken)
    {
        Input.Advance(_lineBytes);
        long? firstEmpty = null;
        while ((_lineBytes = await FindLineAsync(Name, Input, LineNumber + 1, cancellationToken).ConfigureAwait(false)) > 0)
        {
            _linesRead++;
            if (!Line.IsEmpty)
            {
                return firstEmpty is null ? true : throw new InvalidDataException($"{Name}, line {firstEmpty}, is empty, and rows follow it.");
            }

            firstEmpty ??= LineNumber;
            Input.Advance(_lineBytes);
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

    private void Parse(Span<float> row)
    {
        var fields = new CsvFields(Line);
        var column = 0;
        var logit = 0;
        for (; fields.MoveNext(); column++)
        {
            if (column >= _isLogit.Length || !_isLogit[column])
            {
                continue;
            }

            if (!TryParse(fields.Current, out row[logit]))
            {
                throw new InvalidDataException(
                    $"{Name}, {Locate(_linesRead - 1, logit)}: \"{Encoding.UTF8.GetString(fields.Current)}\" is not a number.");
            }

            logit++;
        }

        if (column != _isLogit.Length)
        {
            throw new InvalidDataException($"{Name}, line {LineNumber}, has {column} fields; the first line has {_isLogit.Length}.");
        }
    }

    /// <summary>Reads a number as NumPy and pandas write it: <c>nan</c>, <c>inf</c> and <c>-inf</c> are numbers, and nothing is a NaN.</summary>
    private static bool TryParse(ReadOnlySpan<byte> field, out float value)
    {
        if (float.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out value))
        {
            return true;
        }

        var unsigned = field is [(byte)'-' or (byte)'+', ..] ? field[1..] : field;
        if (Ascii.EqualsIgnoreCase(unsigned, "inf"u8))
        {
            value = field[0] == '-' ? float.NegativeInfinity : float.PositiveInfinity;
            return true;
        }

        value = float.NaN;
        return field.IsEmpty;
    }
}
