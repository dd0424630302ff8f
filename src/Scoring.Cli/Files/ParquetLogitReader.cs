using System.Runtime.InteropServices;
using Parquet;
using Parquet.Data;
using Parquet.Schema;
using Scoring.V1;

namespace Scoring.Cli.Files;

/// <summary>
/// Reads logits from a Parquet file, one row group at a time: columns <c>logit_NAME</c> of float or double, or one column <c>logits</c> of lists of
/// them. A null is a NaN. The file's index is at its end, so it cannot come through a pipe.
/// </summary>
internal sealed class ParquetLogitReader : LogitReader
{
    public const string ListName = "logits";

    /// <summary>Of the logits of one row group, which is what is held.</summary>
    private const long MaxGroupBytes = 1 << 30;

    private readonly ParquetReader _reader;
    private readonly ColumnRoles _columns;
    private readonly IReadOnlyList<Field> _fields;

    /// <summary>The lists' elements; null where every class has a column.</summary>
    private readonly DataField? _list;
    private int _classes;

    /// <summary>The group that is being read, and how far.</summary>
    private int _group = -1;
    private int _groupRows;
    private int _groupRead;
    private long _firstRow;
    private byte[] _logits = [];
    private ParquetTargets? _targets;

    private ParquetLogitReader(string name, ParquetReader reader, IReadOnlyList<Field> fields, long rows, long length)
        : base(name)
    {
        (_reader, _fields, Rows, Length) = (reader, fields, rows, length);
        _columns = new ColumnRoles(name, [.. fields.Select(field => field.Name)]);
        _list = fields.OfType<ListField>().FirstOrDefault(list => list.Name == ListName)?.Item as DataField;
        _classes = _columns.Labels.Length;
        var logits = _list is not null ? [_list] : fields.Where((_, column) => _columns.Logit(column) >= 0).OfType<DataField>();
        ElementType = logits.Any(field => field.ClrType == typeof(double)) ? DataType.Fp64 : DataType.Fp32;
    }

    /// <summary>What every Parquet file begins and ends with.</summary>
    public static ReadOnlySpan<byte> Magic => "PAR1"u8;

    public override int Classes => _classes;

    /// <summary>FP64 where any of its columns is.</summary>
    public override DataType ElementType { get; }

    public override IReadOnlyList<string> Labels => _columns.Labels;

    public override IEnumerable<string> PassedOver => _columns.PassedOver.Where(name => name != ListName);

    public override long? Rows { get; }

    /// <summary>Rows stand for bytes: where in the file a row ends is not to be told.</summary>
    public override long Position => (long)((double)(_firstRow + _groupRead) / Math.Max(Rows!.Value, 1) * Length!.Value);

    public override long? Length { get; }

    public override TargetKind Targets => _columns.FindTargets();

    /// <summary>Reads from a stream, which the reader then owns.</summary>
    /// <exception cref="InvalidDataException">It is not a Parquet file with logits.</exception>
    public static async Task<ParquetLogitReader> OpenFileAsync(string name, Stream stream, CancellationToken cancellationToken)
    {
        if (!stream.CanSeek)
        {
            throw new InvalidDataException($"{name} is Parquet, whose index is at its end: give it as a file.");
        }

        stream.Position = 0;
        var length = stream.Length;
        var parquet = await ParquetColumns.ReadAsync(
            name, () => ParquetReader.CreateAsync(stream, cancellationToken: cancellationToken)).ConfigureAwait(false);
        try
        {
            var (fields, rows) = ParquetColumns.Read(name, () => (parquet.Schema.Fields, parquet.Metadata!.NumRows));
            var reader = new ParquetLogitReader(name, parquet, fields, rows, length);
            await reader.FindWidthAsync(cancellationToken).ConfigureAwait(false);
            return reader;
        }
        catch
        {
            await parquet.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> rows, TargetBuffer? targets, CancellationToken cancellationToken)
    {
        while (_groupRead == _groupRows)
        {
            if (_group + 1 >= _reader.RowGroupCount)
            {
                return 0;
            }

            await LoadAsync(cancellationToken).ConfigureAwait(false);
        }

        var count = (int)Math.Min(rows.Length / RowBytes, _groupRows - _groupRead);
        _logits.AsSpan((int)(_groupRead * RowBytes), (int)(count * RowBytes)).CopyTo(rows.Span);
        if (targets is not null)
        {
            _targets ??= await ParquetTargets.LoadAsync(Name, OpenGroup(), _fields, _columns, cancellationToken)
                .ConfigureAwait(false);
            _targets.CopyTo(targets, _groupRead, count, row => Locate(_firstRow + row, null));
        }

        _groupRead += count;
        return count;
    }

    public override string Locate(long row, int? column) => column switch
    {
        null => $"row {row}",
        { } index when Labels.Count > 0 => $"row {row}, column {_columns.LogitName(index)}",
        { } index => $"row {row}, column {ListName}[{index}]",
    };

    public override ValueTask DisposeAsync() => _reader.DisposeAsync();

    private async Task FindWidthAsync(CancellationToken cancellationToken)
    {
        if (Labels.Count > 0)
        {
            foreach (var field in _fields.Where((_, column) => _columns.Logit(column) >= 0))
            {
                RequireNumbers(field, field.Name, ParquetColumns.AsColumn(field)?.ClrType);
            }

            // What is not UTF-8 is read as this character, whichever it was, so names that differ in the file may be one here.
            if (Labels.FirstOrDefault(label => label.Contains('\uFFFD')) is { } label)
            {
                throw new InvalidDataException($"{Name} has a column {Quoted.Text(ColumnRoles.LogitPrefix + label)}, whose name is not UTF-8.");
            }

            if (_fields.Any(field => field.Name == ListName && ParquetColumns.AsColumn(field) is null))
            {
                throw new InvalidDataException(
                    $"{Name} has a column {ListName} of lists and a column {_columns.LogitName(0)}; a row's logits are in one or the other.");
            }

            return;
        }

        if (_list is null)
        {
            throw new InvalidDataException(
                $"{Name} has no logits: they are columns {ColumnRoles.LogitPrefix}NAME of float or double, or one column {ListName} of lists of "
                + "them.");
        }

        RequireNumbers(_list, ListName, _list.ClrType);
        // The width is that of the first list, which need not be in the first group.
        while (_classes == 0)
        {
            await LoadAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private void RequireNumbers(Field field, string name, Type? type)
    {
        if (type != typeof(float) && type != typeof(double))
        {
            throw new InvalidDataException(
                $"{Name}, column {Quoted.Text(name)}, is of {ParquetColumns.TypeName(field)}; logits are float or double.");
        }
    }

    /// <summary>Moves to the next row group.</summary>
    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        if (_group + 1 >= _reader.RowGroupCount)
        {
            throw new InvalidDataException($"{Name} has no rows, so the width of its lists is not known.");
        }

        _firstRow += _groupRows;
        _group++;
        var group = OpenGroup();
        var rows = ParquetColumns.Read(Name, () => group.RowCount);
        if (rows < 0)
        {
            throw ParquetColumns.Broken(Name, $"a row group has {rows} rows");
        }

        if (rows > MaxGroupBytes / Math.Max(RowBytes, ElementBytes))
        {
            throw new InvalidDataException(
                $"{Name} has a row group of {rows} rows; {MaxGroupBytes / ElementBytes} logits are the most: write smaller row groups.");
        }

        (_groupRows, _groupRead, _targets) = ((int)rows, 0, null);
        await (_list is null ? LoadColumnsAsync(group, cancellationToken) : LoadListsAsync(group, _list, cancellationToken)).ConfigureAwait(false);
    }

    private ParquetRowGroupReader OpenGroup() => ParquetColumns.Read(Name, () => _reader.OpenRowGroupReader(_group));

    private async Task LoadColumnsAsync(ParquetRowGroupReader group, CancellationToken cancellationToken)
    {
        Array.Resize(ref _logits, (int)(_groupRows * RowBytes));
        for (var logit = 0; logit < _groupRows * Classes; logit++)
        {
            Set(logit, double.NaN);
        }

        for (var column = 0; column < _fields.Count; column++)
        {
            if (_columns.Logit(column) is >= 0 and var logit && _fields[column] is DataField field)
            {
                using var raw = await ParquetColumns.ReadAsync(
                    Name, () => group.ReadRawColumnDataBaseAsync(field, cancellationToken).AsTask())
                    .ConfigureAwait(false);
                switch (raw)
                {
                    case RawColumnData<float> singles:
                        ParquetColumns.ForEach(Name, singles, field, _groupRows, (row, value) => Set((row * Classes) + logit, value));
                        break;
                    case RawColumnData<double> doubles:
                        ParquetColumns.ForEach(Name, doubles, field, _groupRows, (row, value) => Set((row * Classes) + logit, value));
                        break;
                }
            }
        }
    }

    private async Task LoadListsAsync(ParquetRowGroupReader group, DataField list, CancellationToken cancellationToken)
    {
        if (_groupRows == 0)
        {
            return;
        }

        using var raw = await ParquetColumns.ReadAsync(
            Name, () => group.ReadRawColumnDataBaseAsync(list, cancellationToken).AsTask()).ConfigureAwait(false);
        if (raw.DefinitionLevels.Length > MaxGroupBytes / ElementBytes)
        {
            throw new InvalidDataException(
                $"{Name} has a row group of {raw.DefinitionLevels.Length} logits; {MaxGroupBytes / ElementBytes} are the most: write smaller row "
                + "groups.");
        }

        var (first, other) = ParquetColumns.Read(Name, () =>
        {
            var lists = ListsOf(raw, list);
            return (lists.FirstLength, lists.FindOther(_classes == 0 ? lists.FirstLength : _classes));
        });
        _classes = _classes == 0 ? first : _classes;
        if (other is var (row, length))
        {
            throw new InvalidDataException(
                $"{Name}, row {_firstRow + row}, column {ListName}: the list has {Plural.Of(length, "logit")}; "
                + (_classes == length ? "there must be some." : $"the first row has {_classes}."));
        }

        _logits = ParquetColumns.Read(Name, () => raw switch
        {
            RawColumnData<float> singles => ListsOf(raw, list).Spread(singles.Values),
            RawColumnData<double> doubles => ListsOf(raw, list).Spread(doubles.Values),
            _ => [],
        });
        if (_logits.LongLength != _groupRows * RowBytes)
        {
            throw ParquetColumns.Broken(Name, $"column {ListName} has {_logits.Length / ElementBytes} logits for {_groupRows} rows of {_classes}");
        }
    }

    /// <param name="logit">Counted from the row group's first.</param>
    /// <param name="value">What it is.</param>
    private void Set(int logit, double value)
    {
        if (ElementType == DataType.Fp64)
        {
            MemoryMarshal.Cast<byte, double>(_logits.AsSpan())[logit] = value;
        }
        else
        {
            MemoryMarshal.Cast<byte, float>(_logits.AsSpan())[logit] = (float)value;
        }
    }

    private static ParquetLists ListsOf(RawColumnData raw, DataField list) =>
        new(raw.RepetitionLevels, raw.DefinitionLevels, list.MaxDefinitionLevel);
}
