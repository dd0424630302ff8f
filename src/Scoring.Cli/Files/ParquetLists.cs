using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Scoring.Cli.Files;

/// <summary>
/// Lists as Parquet has them: a repetition level of 0 begins a row, and a definition level under the greatest is no element, or a null.
/// </summary>
internal readonly ref struct ParquetLists(ReadOnlySpan<int> repetition, ReadOnlySpan<int> definition, int maxDefinition)
{
    private readonly ReadOnlySpan<int> _repetition = repetition;
    private readonly ReadOnlySpan<int> _definition = definition;

    /// <summary>Elements of the first list.</summary>
    public int FirstLength => LengthAt(0);

    /// <summary>The first row whose list has another number of elements, or none at all; null where there is no such row.</summary>
    public (long Row, int Length)? FindOther(int length)
    {
        var row = 0L;
        for (var at = 0; at < _repetition.Length; row++)
        {
            var found = LengthAt(at);
            if (found != length || found == 0)
            {
                return (row, found);
            }

            at += found;
        }

        return null;
    }

    /// <summary>All elements as the bytes of their type, with a NaN for each null. <paramref name="values"/> has none for nulls.</summary>
    public byte[] Spread<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var bytes = GC.AllocateUninitializedArray<byte>(checked(_definition.Length * Unsafe.SizeOf<T>()));
        var spread = MemoryMarshal.Cast<byte, T>(bytes.AsSpan());
        var next = 0;
        for (var i = 0; i < spread.Length; i++)
        {
            spread[i] = _definition[i] == maxDefinition ? values[next++] : T.NaN;
        }

        return bytes;
    }

    /// <summary>Elements of the list that begins there: an empty list and a null one have one level, and no element.</summary>
    private int LengthAt(int at)
    {
        if (_repetition.IsEmpty || _definition[at] < maxDefinition - 1)
        {
            return 0;
        }

        var rest = _repetition[(at + 1)..].IndexOf(0);
        return rest < 0 ? _repetition.Length - at : rest + 1;
    }
}
