using Scoring.V1;

namespace Scoring.Cli.Files;

/// <summary>
/// Reads logits from an .npy file: a C-ordered array of <c>&lt;f2</c>, <c>&lt;f4</c> or <c>&lt;f8</c>, rows × classes, or one row.
/// </summary>
internal sealed class NpyLogitReader : LogitReader
{
    private readonly InputBuffer _input;
    private readonly long _rows;
    private long _read;

    private NpyLogitReader(string name, InputBuffer input, DataType type, long rows, int classes)
        : base(name)
    {
        (_input, _rows, Classes, ElementType) = (input, rows, classes, type);
    }

    public override int Classes { get; }

    public override DataType ElementType { get; }

    public override long? Rows => _rows;

    public override long Position => _input.Position;

    public override long? Length => _input.Length;

    public static async Task<NpyLogitReader> OpenAsync(string name, InputBuffer input, CancellationToken cancellationToken)
    {
        var header = await NpyHeader.ReadAsync(name, input, cancellationToken).ConfigureAwait(false);
        var type = header.Descr switch
        {
            "<f2" => DataType.Fp16,
            "<f4" => DataType.Fp32,
            "<f8" => DataType.Fp64,
            ['>', ..] => throw new InvalidDataException($"{name} is big-endian ({header.Descr}): save it as a.astype('<f4')."),
            _ => throw new InvalidDataException($"{name} has dtype {header.Descr}; logits are <f2, <f4 or <f8: save it as a.astype('<f4')."),
        };
        if (header.FortranOrder)
        {
            throw new InvalidDataException($"{name} is in Fortran order, column by column: save it as numpy.ascontiguousarray(a).");
        }

        var (rows, classes) = header.Shape switch
        {
            [var one] => (1, one),
            [var many, var wide] => (many, wide),
            _ => throw new InvalidDataException(
                $"{name} has {header.Shape.Count} dimensions ({string.Join(" × ", header.Shape)}); logits have two, rows × classes, or one."),
        };
        if (classes < 1 || classes > Array.MaxLength / sizeof(double))
        {
            throw new InvalidDataException($"{name} has rows of {classes} classes.");
        }

        var reader = new NpyLogitReader(name, input, type, rows, (int)classes);
        if (rows > (long.MaxValue - input.Position) / reader.RowBytes)
        {
            throw new InvalidDataException($"{name} says that it has {rows} rows, which is more than a file can hold.");
        }

        if (input.Length is { } length)
        {
            var left = length - input.Position;
            if (left / reader.RowBytes is var whole && whole < rows)
            {
                throw reader.Truncated(whole);
            }

            if (left > rows * reader.RowBytes)
            {
                throw NpyHeader.GoesOn(name);
            }
        }

        return reader;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> rows, TargetBuffer? targets, CancellationToken cancellationToken)
    {
        var wanted = (int)Math.Min(rows.Length / RowBytes, _rows - _read);
        if (_read == _rows && await _input.FillToAsync(1, cancellationToken).ConfigureAwait(false))
        {
            throw NpyHeader.GoesOn(Name);
        }

        var bytes = (int)(wanted * RowBytes);
        var received = await _input.ReadAsync(rows[..bytes], cancellationToken).ConfigureAwait(false);
        _read += received / RowBytes;
        if (received < bytes)
        {
            throw Truncated(_read);
        }

        return wanted;
    }

    public override string Locate(long row, int? column) => column is null ? $"row {row}" : $"row {row}, column {column}";

    public override ValueTask DisposeAsync() => _input.DisposeAsync();

    private InvalidDataException Truncated(long whole) => new($"{Name} is cut short: it says {Plural.Of(_rows, "row")}, and holds {whole}.");
}
