using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Scoring.Protocol.Buffers;

/// <summary>Memory that starts on a 64-byte boundary (a cache line, an AVX-512 register) and never moves. Whoever rented it returns it, once.</summary>
internal sealed class AlignedBuffer
{
    public const int Alignment = 64;

    private readonly byte[] _array;
    private readonly int _start;
    private bool _rented;

    public AlignedBuffer(int capacity)
    {
        _array = GC.AllocateUninitializedArray<byte>(capacity + Alignment - 1, pinned: true);
        var address = (long)Marshal.UnsafeAddrOfPinnedArrayElement(_array, 0);
        _start = (int)(-address & (Alignment - 1));
        Capacity = capacity;
    }

    /// <summary>Bytes.</summary>
    public int Capacity { get; }

    public Span<T> AsSpan<T>(int count)
        where T : unmanaged
    {
        Debug.Assert(_rented, "A buffer is used only while it is rented.");
        return MemoryMarshal.Cast<byte, T>(_array.AsSpan(_start, Capacity))[..count];
    }

    public void MarkRented()
    {
        Debug.Assert(!_rented, "A buffer is rented once at a time.");
        _rented = true;
    }

    public void MarkReturned()
    {
        if (!_rented)
        {
            throw new InvalidOperationException("A pooled buffer was returned twice.");
        }

        _rented = false;
        Poison();
    }

    /// <summary>So that a use after the return shows as NaN, and not as somebody's probabilities.</summary>
    [Conditional("DEBUG")]
    private void Poison() => _array.AsSpan().Fill(0xFF);
}
