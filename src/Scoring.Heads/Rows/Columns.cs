namespace Scoring.Heads.Rows;

/// <summary>Neighbouring columns of rows, out of wider rows and back.</summary>
internal static class Columns
{
    /// <param name="wide">Rows, one after another.</param>
    /// <param name="start">The first column to take.</param>
    /// <param name="narrow">As many rows of as many columns as there are to take.</param>
    /// <param name="rows">How many rows there are.</param>
    public static void Gather<T>(ReadOnlySpan<T> wide, int start, Span<T> narrow, int rows)
    {
        for (var row = 0; row < rows; row++)
        {
            var width = narrow.Length / rows;
            wide.Slice((row * (wide.Length / rows)) + start, width).CopyTo(narrow[(row * width)..]);
        }
    }

    /// <summary>The way back.</summary>
    public static void Scatter<T>(ReadOnlySpan<T> narrow, Span<T> wide, int start, int rows)
    {
        for (var row = 0; row < rows; row++)
        {
            var width = narrow.Length / rows;
            narrow.Slice(row * width, width).CopyTo(wide[((row * (wide.Length / rows)) + start)..]);
        }
    }
}
