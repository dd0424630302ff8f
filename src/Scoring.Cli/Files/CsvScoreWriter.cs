using System.Globalization;
using System.Text;

namespace Scoring.Cli.Files;

/// <summary>Writes scores as CSV with a header. Each number is the shortest that reads back as the same float32.</summary>
internal sealed class CsvScoreWriter : ScoreWriter, IScoreCells
{
    private const int LongestNumber = 16;

    private readonly Stream _stream;
    private readonly ScoreTable _table;
    private byte[] _buffer = new byte[64 << 10];
    private int _used;

    /// <param name="stream">Where to write.</param>
    /// <param name="table">What the columns are.</param>
    public CsvScoreWriter(Stream stream, ScoreTable table)
    {
        (_stream, _table) = (stream, table);
        _stream.Write(Encoding.UTF8.GetBytes(string.Join(',', table.Columns.Select(column => Quote(column.Name))) + '\n'));
    }

    public override void Write(in ScoredRows rows)
    {
        _table.Write(rows, this);
        Flush();
    }

    public override async Task CompleteAsync(CancellationToken cancellationToken) =>
        await _stream.FlushAsync(cancellationToken).ConfigureAwait(false);

    void IScoreCells.Add(float number)
    {
        Reserve(LongestNumber + 1);
        number.TryFormat(_buffer.AsSpan(_used), out var written, default, CultureInfo.InvariantCulture);
        _used += written;
        _buffer[_used++] = (byte)',';
    }

    void IScoreCells.Add(string text)
    {
        var field = Quote(text);
        Reserve(Encoding.UTF8.GetMaxByteCount(field.Length) + 1);
        _used += Encoding.UTF8.GetBytes(field, _buffer.AsSpan(_used));
        _buffer[_used++] = (byte)',';
    }

    void IScoreCells.EndRow() => _buffer[_used - 1] = (byte)'\n';

    private static string Quote(string field) =>
        field.AsSpan().IndexOfAny(",\"\r\n") < 0 ? field : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private void Reserve(int bytes)
    {
        if (_buffer.Length - _used >= bytes)
        {
            return;
        }

        // What ends the last cell may still change, so one byte stays.
        var last = _used > 0 ? _buffer[_used - 1] : (byte)0;
        _stream.Write(_buffer, 0, Math.Max(_used - 1, 0));
        _used = Math.Min(_used, 1);
        _buffer = bytes < _buffer.Length ? _buffer : new byte[bytes + 1];
        _buffer[0] = last;
    }

    private void Flush()
    {
        _stream.Write(_buffer, 0, _used);
        _used = 0;
    }
}
