using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Scoring.Protocol.Buffers;

/// <summary>
/// Memory that starts on a 64-byte boundary (a cache line, an AVX-512 register) and never moves. Whoever rented it returns it, once.
/// </summary>
internal sealed class AlignedBuffer : IDisposable
{
    public const int Alignment = 64;

    private readonly byte[] _array = [];
    private readonly int _start;
    private readonly NativeBlock? _native;
    private bool _rented;

    /// <param name="capacity">Bytes.</param>
    /// <param name="isNative">
    /// Whether the memory is outside the garbage collector's heap. It is then to be given back with <see cref="Dispose"/>.
    /// </param>
    public AlignedBuffer(int capacity, bool isNative = false)
    {
        Capacity = capacity;
        if (isNative)
        {
            _native = new NativeBlock(capacity);
            return;
        }

        _array = GC.AllocateUninitializedArray<byte>(capacity + Alignment - 1, pinned: true);
        var address = (long)Marshal.UnsafeAddrOfPinnedArrayElement(_array, 0);
        _start = (int)(-address & (Alignment - 1));
    }

    /// <summary>Bytes.</summary>
    public int Capacity { get; }

    private Span<byte> Bytes => _native is null ? _array.AsSpan(_start, Capacity) : _native.Span;

    public Span<T> AsSpan<T>(int count)
        where T : unmanaged
    {
        Debug.Assert(_rented, "A buffer is used only while it is rented.");
        return MemoryMarshal.Cast<byte, T>(Bytes)[..count];
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

    /// <summary>
    /// Gives the memory back to the system where it is outside the garbage collector's heap. The buffer is not rented, and never will be again.
    /// </summary>
    public void Dispose() => _native?.Dispose();

    /// <summary>So that a use after the return shows as NaN, and not as somebody's probabilities.</summary>
    [Conditional("DEBUG")]
    private void Poison() => Bytes.Fill(0xFF);
}
