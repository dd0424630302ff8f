using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Scoring.FunctionalTests.Infrastructure;

/// <summary>Reads the golden data, whose files are of version 1.0 and little-endian. Rows come first, whatever order a file has them in.</summary>
internal static partial class Npy
{
    public static T[] Read<T>(string name)
        where T : unmanaged
    {
        var bytes = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "data", name));
        var headerLength = BitConverter.ToUInt16(bytes, 8);
        var header = Encoding.ASCII.GetString(bytes, 10, headerLength);
        var type = typeof(T) == typeof(float) ? "<f4" : typeof(T) == typeof(double) ? "<f8" : "<i4";
        Assert.Contains($"'descr': '{type}'", header, StringComparison.Ordinal);
        var values = MemoryMarshal.Cast<byte, T>(bytes.AsSpan(10 + headerLength)).ToArray();
        if (!header.Contains("'fortran_order': True", StringComparison.Ordinal))
        {
            return values;
        }

        var shape = Shape().Match(header);
        var (rows, columns) = (int.Parse(shape.Groups[1].Value, CultureInfo.InvariantCulture), int.Parse(shape.Groups[2].Value, CultureInfo.InvariantCulture));
        return [.. from row in Enumerable.Range(0, rows) from column in Enumerable.Range(0, columns) select values[(column * rows) + row]];
    }

    [GeneratedRegex(@"\((\d+), (\d+)\)")]
    private static partial Regex Shape();
}
