using System.Globalization;
using System.Text;

namespace Scoring.Cli.Files;

/// <summary>Writes scores as CSV with a header. Each number is the shortest that reads back as the same float32.</summary>
internal sealed class CsvScoreWriter : ScoreWriter
{
    private const int LongestNumber = 16;

    private readonly Stream _stream;
    private readonly int _classes;
    private readonly byte[] _buffer = new byte[64 << 10];
    private int _used;

    /// <param name="stream">Where to write.</param>
    /// <param name="columns">One name for each score of a row.</param>
    public CsvScoreWriter(Stream stream, IReadOnlyList<string> columns)
    {
        (_stream, _classes) = (stream, columns.Count);
        _stream.Write(Encoding.UTF8.GetBytes(string.Join(',', columns.Select(Quote)) + '\n'));
    }

    public override void Write(ReadOnlySpan<float> scores)
    {
        for (var i = 0; i < scores.Length; i++)
        {
            if (_buffer.Length - _used <= LongestNumber)
            {
                Flush();
            }

            scores[i].TryFormat(_buffer.AsSpan(_used), out var written, default, CultureInfo.InvariantCulture);
            _used += written;
            _buffer[_used++] = (byte)((i + 1) % _classes == 0 ? '\n' : ',');
        }

        Flush();
    }

    public override void Complete() => _stream.Flush();

    private static string Quote(string field) =>
        field.AsSpan().IndexOfAny(",\"\r\n") < 0 ? field : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private void Flush()
    {
        _stream.Write(_buffer, 0, _used);
        _used = 0;
    }
}
