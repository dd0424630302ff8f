using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Scoring.Tests;

/// <summary>Logits of real classifiers, and what they come to in float64: files of NumPy's format, version 1.0 and little-endian.</summary>
internal static partial class GoldenData
{
    /// <summary>A file's values, row after row, whatever order it has them in; a column where it has one dimension.</summary>
    public static (T[] Values, int Rows, int Columns) Read<T>(string name)
        where T : unmanaged
    {
        var bytes = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "data", name));
        var headerLength = BitConverter.ToUInt16(bytes, 8);
        var header = Encoding.ASCII.GetString(bytes, 10, headerLength);
        var type = typeof(T) == typeof(float) ? "<f4" : typeof(T) == typeof(double) ? "<f8" : "<i4";
        Assert.Contains($"'descr': '{type}'", header, StringComparison.Ordinal);
        var values = MemoryMarshal.Cast<byte, T>(bytes.AsSpan(10 + headerLength)).ToArray();
        var rows = int.Parse(Rows().Match(header).Groups[1].Value, CultureInfo.InvariantCulture);
        var columns = values.Length / rows;
        return header.Contains("'fortran_order': True", StringComparison.Ordinal)
            ? ([.. Enumerable.Range(0, values.Length).Select(i => values[((i % columns) * rows) + (i / columns)])], rows, columns)
            : (values, rows, columns);
    }

    [GeneratedRegex(@"'shape': \((\d+),")]
    private static partial Regex Rows();
}
