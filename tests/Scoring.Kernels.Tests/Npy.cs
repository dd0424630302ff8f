using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Scoring.Kernels.Tests;

/// <summary>Reads NumPy's format: a magic number, a header in text, then the values as they lie in memory.</summary>
internal static partial class Npy
{
    public static (T[] Values, int Rows, int Columns) Read<T>(string name) where T : unmanaged
    {
        byte[] bytes = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "data", name));
        int headerLength = BitConverter.ToUInt16(bytes, 8);
        string header = System.Text.Encoding.ASCII.GetString(bytes, 10, headerLength);
        Match shape = Shape().Match(header);
        T[] values = MemoryMarshal.Cast<byte, T>(bytes.AsSpan(10 + headerLength)).ToArray();
        int rows = int.Parse(shape.Groups[1].Value);
        int columns = values.Length / rows;
        if (header.Contains("'fortran_order': True", StringComparison.Ordinal))
        {
            values = Enumerable.Range(0, values.Length).Select(i => values[((i % columns) * rows) + (i / columns)]).ToArray();
        }

        return (values, rows, columns);
    }

    [GeneratedRegex(@"'shape': \((\d+),")]
    private static partial Regex Shape();
}
