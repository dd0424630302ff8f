using System.Runtime.InteropServices;

namespace Scoring.Cli.Files;

/// <summary>Writes scores as an .npy file of <c>&lt;f4</c>, rows × classes. How many rows there are goes into the header at the end.</summary>
internal sealed class NpyScoreWriter : ScoreWriter
{
    private readonly Stream _stream;
    private readonly int _classes;
    private long _elements;

    /// <param name="stream">Where to write; it must be able to seek.</param>
    /// <param name="classes">Scores in a row.</param>
    public NpyScoreWriter(Stream stream, int classes)
    {
        (_stream, _classes) = (stream, classes);
        WriteHeader();
    }

    public override void Write(in ScoredRows rows)
    {
        _stream.Write(MemoryMarshal.AsBytes(rows.Scores));
        _elements += rows.Scores.Length;
    }

    public override Task CompleteAsync(CancellationToken cancellationToken)
    {
        _stream.Position = 0;
        WriteHeader();
        return Task.CompletedTask;
    }

    private void WriteHeader()
    {
        Span<byte> header = stackalloc byte[NpyHeader.WrittenBytes];
        new NpyHeader("<f4", false, [_elements / _classes, _classes]).Write(header);
        _stream.Write(header);
    }
}
