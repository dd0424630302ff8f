using Parquet;
using Parquet.Schema;

namespace Scoring.Cli.Files;

/// <summary>Writes scores as Parquet: a column for each of the table's. Rows gather until they are worth a row group of their own.</summary>
internal sealed class ParquetScoreWriter : ScoreWriter, IScoreCells
{
    /// <summary>Cells of a row group, which is what is held.</summary>
    private const int GroupCells = 4 << 20;
    private const int GroupRows = 128 << 10;

    private readonly ScoreTable _table;
    private readonly ParquetWriter _writer;
    private readonly DataField[] _fields;
    private readonly List<float>[] _numbers;
    private readonly List<string>[] _texts;
    private int _rows;
    private int _column;

    private ParquetScoreWriter(ScoreTable table, DataField[] fields, ParquetWriter writer)
    {
        (_table, _fields, _writer) = (table, fields, writer);
        _numbers = [.. table.Columns.Select(column => column.IsText ? null! : new List<float>())];
        _texts = [.. table.Columns.Select(column => column.IsText ? new List<string>() : null!)];
    }

    /// <param name="stream">Where to write; it must be able to seek.</param>
    /// <param name="table">What the columns are.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="InvalidDataException">Two columns have one name.</exception>
    public static async Task<ParquetScoreWriter> CreateAsync(Stream stream, ScoreTable table, CancellationToken cancellationToken)
    {
        if (table.Columns.GroupBy(column => column.Name).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw new InvalidDataException($"two columns would be called {Quoted.Text(twice.Key)}, which Parquet does not allow; CSV does");
        }

        DataField[] fields =
        [
            .. table.Columns.Select(column => new DataField(column.Name, column.IsText ? typeof(string) : typeof(float), isNullable: false)),
        ];
        var options = new ParquetOptions { CompressionMethod = CompressionMethod.Snappy };
        var writer = await ParquetWriter.CreateAsync(
            new ParquetSchema(fields), stream, options, cancellationToken: cancellationToken).ConfigureAwait(false);
        return new ParquetScoreWriter(table, fields, writer);
    }

    public override void Write(in ScoredRows rows) => _table.Write(rows, this);

    public override Task FlushAsync(CancellationToken cancellationToken) =>
        _rows >= GroupRows || (long)_rows * _fields.Length >= GroupCells ? WriteGroupAsync(cancellationToken) : Task.CompletedTask;

    public override async Task CompleteAsync(CancellationToken cancellationToken)
    {
        if (_rows > 0)
        {
            await WriteGroupAsync(cancellationToken).ConfigureAwait(false);
        }

        await _writer.DisposeAsync().ConfigureAwait(false);
    }

    void IScoreCells.Add(float number) => _numbers[_column++].Add(number);

    void IScoreCells.Add(string text) => _texts[_column++].Add(text);

    void IScoreCells.EndRow() => (_rows, _column) = (_rows + 1, 0);

    private async Task WriteGroupAsync(CancellationToken cancellationToken)
    {
        using var group = _writer.CreateRowGroup();
        for (var column = 0; column < _fields.Length; column++)
        {
            if (_table.Columns[column].IsText)
            {
                await group.WriteAsync(_fields[column], _texts[column]).ConfigureAwait(false);
                _texts[column].Clear();
            }
            else
            {
                await group.WriteAsync<float>(
                    _fields[column], _numbers[column].ToArray(), cancellationToken: cancellationToken).ConfigureAwait(false);
                _numbers[column].Clear();
            }
        }

        group.CompleteValidate();
        _rows = 0;
    }
}
