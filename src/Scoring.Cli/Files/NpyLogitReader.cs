using Scoring.V1;

namespace Scoring.Cli.Files;

/// <summary>Reads logits from an .npy file: a C-ordered array of <c>&lt;f2</c>, <c>&lt;f4</c> or <c>&lt;f8</c>, rows × classes, or one row.</summary>
internal sealed class NpyLogitReader : LogitReader
{
    private readonly long _rows;
    private long _read;

    private NpyLogitReader(string name, InputBuffer input, DataType dataType, long rows, int classes)
        : base(name, input)
    {
        (_rows, Classes, DataType) = (rows, classes, dataType);
    }

    public override int Classes { get; }

    public override DataType DataType { get; }

    public static async Task<NpyLogitReader> OpenAsync(string name, InputBuffer input, CancellationToken cancellationToken)
    {
        var header = await NpyHeader.ReadAsync(name, input, cancellationToken).ConfigureAwait(false);
        var dataType = header.Descr switch
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
            throw new InvalidDataException($"{name} has {classes} classes a row.");
        }

        var reader = new NpyLogitReader(name, input, dataType, rows, (int)classes);
        if (rows > (long.MaxValue - input.Position) / reader.RowBytes)
        {
            throw new InvalidDataException($"{name} says that it has {rows} rows, which is more than a file can hold.");
        }

        if (input.Length is { } length && (length - input.Position) / reader.RowBytes is var whole && whole < rows)
        {
            throw reader.Truncated(whole);
        }

        return reader;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> rows, CancellationToken cancellationToken)
    {
        var wanted = (int)Math.Min(rows.Length / RowBytes, _rows - _read);
        var bytes = await Input.ReadAsync(rows[..(int)(wanted * RowBytes)], cancellationToken).ConfigureAwait(false);
        _read += bytes / RowBytes;
        return bytes == wanted * RowBytes ? wanted : throw Truncated(_read);
    }

    public override string Locate(long row, int? column) => column is null ? $"row {row}" : $"row {row}, column {column}";

    private InvalidDataException Truncated(long whole) => new($"{Name} is cut short: it says {_rows} rows, and holds {whole}.");
}
