using System.Runtime.InteropServices;

namespace Scoring.Cli.Files;

/// <summary>
/// Reads targets from an .npy file of whole numbers, C-ordered: one class for each row (rows, or rows × 1), or rows × classes of 0 or 1.
/// </summary>
internal sealed class NpyTargetReader : IAsyncDisposable
{
    private readonly InputBuffer _input;
    private readonly NpyHeader _header;
    private readonly int _elementBytes;
    private byte[] _bytes = [];
    private long _read;

    private NpyTargetReader(string name, InputBuffer input, NpyHeader header, int elementBytes, TargetKind kind)
    {
        (Name, _input, _header, _elementBytes, Kind) = (name, input, header, elementBytes, kind);
    }

    public string Name { get; }

    public TargetKind Kind { get; }

    public long Rows => _header.Shape[0];

    public bool IsAtEnd => _read == Rows;

    /// <param name="path">The file.</param>
    /// <param name="classes">Logits in a row of the file that the targets are for.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="InvalidDataException">The file holds no targets.</exception>
    public static async Task<NpyTargetReader> OpenAsync(string path, int classes, CancellationToken cancellationToken)
    {
        var input = new InputBuffer(await LogitReader.OpenFileAsync(path, cancellationToken).ConfigureAwait(false));
        try
        {
            if (!await input.FillToAsync(NpyHeader.Magic.Length, cancellationToken).ConfigureAwait(false)
                || !input.Buffered.StartsWith(NpyHeader.Magic))
            {
                throw new InvalidDataException($"{path} is not an .npy file: it does not begin with \\x93NUMPY.");
            }

            var header = await NpyHeader.ReadAsync(path, input, cancellationToken).ConfigureAwait(false);
            var reader = new NpyTargetReader(path, input, header, ElementBytes(path, header), KindOf(path, header, classes));
            var rowBytes = (long)reader._elementBytes * reader.PerRow;
            var left = input.Length - input.Position;
            if (left / rowBytes is var whole && whole < reader.Rows)
            {
                throw CutShort(path, reader.Rows, whole!.Value);
            }

            if (left > reader.Rows * rowBytes)
            {
                throw NpyHeader.GoesOn(path);
            }

            return reader;
        }
        catch
        {
            await input.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private int PerRow => _header.Shape is [_, var wide] ? (int)wide : 1;

    /// <summary>Reads the targets of the next rows.</summary>
    public async ValueTask ReadAsync(int rows, TargetBuffer targets, CancellationToken cancellationToken)
    {
        var bytes = rows * PerRow * _elementBytes;
        if (_bytes.Length < bytes)
        {
            _bytes = GC.AllocateUninitializedArray<byte>(bytes);
        }

        if (_read + rows > Rows)
        {
            throw new InvalidDataException($"{Name} has targets for {Plural.Of(Rows, "row")}; there are more rows of logits.");
        }

        if (await _input.ReadAsync(_bytes.AsMemory(0, bytes), cancellationToken).ConfigureAwait(false) is var read && read < bytes)
        {
            throw CutShort(Name, Rows, _read + (read / (PerRow * _elementBytes)));
        }

        Convert(_bytes.AsSpan(0, bytes), targets);
        _read += rows;
    }

    /// <summary>What is read from a pipe tells only at its end that it goes on.</summary>
    /// <exception cref="InvalidDataException">Something follows the last row.</exception>
    public async ValueTask CheckEndAsync(CancellationToken cancellationToken)
    {
        if (await _input.FillToAsync(1, cancellationToken).ConfigureAwait(false))
        {
            throw NpyHeader.GoesOn(Name);
        }
    }

    public ValueTask DisposeAsync() => _input.DisposeAsync();

    private static InvalidDataException CutShort(string name, long rows, long held) =>
        new($"{name} is cut short: it says {Plural.Of(rows, "row")}, and holds {held}.");

    private static int ElementBytes(string name, NpyHeader header) => header.Descr switch
    {
        "|u1" or "|i1" or "|b1" => 1,
        "<i2" or "<u2" => 2,
        "<i4" or "<u4" or "<f4" => 4,
        "<i8" or "<u8" or "<f8" => 8,
        _ => throw new InvalidDataException($"{name} has dtype {header.Descr}; targets are whole numbers: save it as a.astype('<i4')."),
    };

    private static TargetKind KindOf(string name, NpyHeader header, int classes)
    {
        if (header.FortranOrder && header.Shape.Count > 1)
        {
            throw new InvalidDataException($"{name} is in Fortran order, column by column: save it as numpy.ascontiguousarray(a).");
        }

        // One logit a row is one label's, whatever the shape: a softmax over one class says nothing.
        return header.Shape switch
        {
            [_] or [_, 1] => classes == 1 ? TargetKind.Labels : TargetKind.Class,
            [_, var wide] when wide == classes => TargetKind.Labels,
            _ => throw new InvalidDataException(
                $"{name} has the shape {string.Join(" × ", header.Shape)}; "
                + $"targets are one class for each row, or 0 or 1 for each of the {classes} classes."),
        };
    }

    private void Convert(ReadOnlySpan<byte> bytes, TargetBuffer targets)
    {
        switch (_header.Descr)
        {
            case "|i1":
                Convert<sbyte>(bytes, targets);
                break;
            case "<i2":
                Convert<short>(bytes, targets);
                break;
            case "<u2":
                Convert<ushort>(bytes, targets);
                break;
            case "<i4":
                Convert<int>(bytes, targets);
                break;
            case "<u4":
                Convert<uint>(bytes, targets);
                break;
            case "<i8":
                Convert<long>(bytes, targets);
                break;
            case "<u8":
                Convert<ulong>(bytes, targets);
                break;
            case "<f4":
                Convert<float>(bytes, targets);
                break;
            case "<f8":
                Convert<double>(bytes, targets);
                break;
            default:
                Convert<byte>(bytes, targets);
                break;
        }
    }

    private void Convert<T>(ReadOnlySpan<byte> bytes, TargetBuffer targets)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        var elements = MemoryMarshal.Cast<byte, T>(bytes);
        for (var i = 0; i < elements.Length; i++)
        {
            if (targets.Set(i, elements[i]) is { } wrong)
            {
                var (row, column) = Math.DivRem(i, PerRow);
                throw new InvalidDataException($"{Name}, row {_read + row}{(PerRow > 1 ? $", column {column}" : "")}: {wrong}");
            }
        }
    }
}
