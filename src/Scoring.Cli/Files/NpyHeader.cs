using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Scoring.Cli.Files;

/// <summary>
/// The header of an .npy file: a magic string, a version, and a Python dictionary that says what the array is.
/// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
/// </summary>
/// <param name="Descr">The dtype, such as <c>&lt;f4</c>.</param>
/// <param name="FortranOrder">Whether the array lies column by column.</param>
/// <param name="Shape">The array's extents.</param>
internal sealed partial record NpyHeader(string Descr, bool FortranOrder, IReadOnlyList<long> Shape)
{
    /// <summary>Bytes of every header that <see cref="Write"/> makes, whatever the shape, so that it can be rewritten in place.</summary>
    public const int WrittenBytes = 128;

    private const int MaxBytes = 1 << 20;

    /// <summary>What every .npy file begins with.</summary>
    public static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads and consumes the header at the beginning of <paramref name="input"/>.</summary>
    /// <exception cref="InvalidDataException">There is none, or it is of no use.</exception>
    public static async ValueTask<NpyHeader> ReadAsync(string name, InputBuffer input, CancellationToken cancellationToken)
    {
        if (!await input.FillToAsync(Magic.Length + 6, cancellationToken).ConfigureAwait(false))
        {
            throw new InvalidDataException($"{name} ends within the .npy header.");
        }

        var major = input.Buffered[Magic.Length];
        var (lengthBytes, length) = major switch
        {
            1 => (2, BinaryPrimitives.ReadUInt16LittleEndian(input.Buffered[(Magic.Length + 2)..])),
            2 or 3 => (4, BinaryPrimitives.ReadUInt32LittleEndian(input.Buffered[(Magic.Length + 2)..])),
            _ => throw new InvalidDataException($"{name} has version {major} of the .npy format; versions 1, 2 and 3 are known."),
        };
        if (length > MaxBytes)
        {
            throw new InvalidDataException($"{name} has an .npy header of {length} bytes; {MaxBytes} are the most that is read.");
        }

        var start = Magic.Length + 2 + lengthBytes;
        var end = start + (int)length;
        if (!await input.FillToAsync(end, cancellationToken).ConfigureAwait(false))
        {
            throw new InvalidDataException($"{name} ends within the .npy header.");
        }

        var header = Parse(name, Encoding.UTF8.GetString(input.Buffered[start..end]));
        input.Advance(end);
        return header;
    }

    /// <summary>Of a file in which something comes after its array, such as another one: nobody is to believe that it was read.</summary>
    public static InvalidDataException GoesOn(string name) => new($"{name} goes on after its array: save each array to a file of its own.");

    /// <summary>Writes the header, <see cref="WrittenBytes"/> long.</summary>
    public void Write(Span<byte> destination)
    {
        var shape = string.Join(", ", Shape.Select(extent => extent.ToString(CultureInfo.InvariantCulture))) + (Shape.Count == 1 ? "," : "");
        var dictionary = $"{{'descr': '{Descr}', 'fortran_order': {(FortranOrder ? "True" : "False")}, 'shape': ({shape}), }}";

        var header = destination[..WrittenBytes];
        header.Fill((byte)' ');
        Magic.CopyTo(header);
        header[6] = 1;
        header[7] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(header[8..], WrittenBytes - 10);
        Encoding.ASCII.GetBytes(dictionary, header[10..^1]);
        header[^1] = (byte)'\n';
    }

    private static NpyHeader Parse(string name, string dictionary)
    {
        if (KeyPattern().Matches(dictionary).CountBy(key => key.Groups[1].Value).FirstOrDefault(same => same.Value > 1) is { Key: { } twice })
        {
            throw new InvalidDataException($"{name} has an .npy header with '{twice}' more than once.");
        }

        var descr = DescrPattern().Match(dictionary);
        var order = OrderPattern().Match(dictionary);
        var shape = ShapePattern().Match(dictionary);
        if (!descr.Success || !order.Success || !shape.Success)
        {
            throw new InvalidDataException($"{name} has an .npy header that is not a plain array's: {Quoted.Line(dictionary.Trim())}");
        }

        var extents = new List<long>();
        foreach (var extent in shape.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!long.TryParse(extent.TrimEnd('L'), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            {
                throw new InvalidDataException($"{name} has a shape that is not one: ({Quoted.Text(shape.Groups[1].Value)})");
            }

            extents.Add(value);
        }

        // No dtype that is read is changed by being quoted; any other is told in a message.
        return new NpyHeader(Quoted.Text(descr.Groups[1].Value), order.Groups[1].Value == "True", extents);
    }

    [GeneratedRegex("""['"](descr|fortran_order|shape)['"]\s*:""")]
    private static partial Regex KeyPattern();

    [GeneratedRegex("""['"]descr['"]\s*:\s*['"]([^'"]*)['"]""")]
    private static partial Regex DescrPattern();

    [GeneratedRegex("""['"]fortran_order['"]\s*:\s*(True|False)\b""")]
    private static partial Regex OrderPattern();

    [GeneratedRegex("""['"]shape['"]\s*:\s*\(([^)]*)\)""")]
    private static partial Regex ShapePattern();
}
