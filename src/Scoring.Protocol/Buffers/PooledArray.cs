using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Scoring.Protocol.Buffers;

/// <summary>
/// The elements of one repeated field. It rents its memory from the pool, or borrows a caller's; either way the message
/// that it belongs to gives it back with <see cref="Release"/>.
/// </summary>
internal sealed class PooledArray<T>(BufferPool pool)
    where T : unmanaged
{
    private AlignedBuffer? _rented;
    private ReadOnlyMemory<T> _borrowed;
    private int _capacity;

    public int Count { get; private set; }

    public ReadOnlySpan<T> Span => _rented is null ? _borrowed.Span : _rented.AsSpan<T>(Count);

    /// <summary>The elements, to be changed in place. Not for borrowed memory.</summary>
    public Span<T> Writable
    {
        get
        {
            Debug.Assert(_borrowed.IsEmpty, "Borrowed memory is the caller's, and only read.");
            return _rented is null ? default : _rented.AsSpan<T>(Count);
        }
    }

    /// <summary>Makes this array <paramref name="count"/> elements long, with undefined content.</summary>
    public Span<T> Allocate(int count)
    {
        Release();
        return Append(count, expectedMore: 0);
    }

    /// <summary>Takes over the memory of <paramref name="other"/>, which is empty afterwards. Its bytes count as elements of this type.</summary>
    public void TakeFrom<TOther>(PooledArray<TOther> other)
        where TOther : unmanaged
    {
        Debug.Assert(other._borrowed.IsEmpty, "Borrowed memory is not the other's to give away.");
        Release();
        _rented = other._rented;
        _capacity = _rented is null ? 0 : _rented.Capacity / Unsafe.SizeOf<T>();
        Count = other.Count * Unsafe.SizeOf<TOther>() / Unsafe.SizeOf<T>();
        (other._rented, other._capacity, other.Count) = (null, 0, 0);
    }

    /// <summary>Stands for the caller's memory, which must stay as it is until <see cref="Release"/>.</summary>
    public void Borrow(ReadOnlyMemory<T> memory)
    {
        Release();
        _borrowed = memory;
        Count = memory.Length;
    }

    /// <summary>Room for more elements at the end, with undefined content.</summary>
    /// <param name="count">How many elements to add.</param>
    /// <param name="expectedMore">How many might follow these; makes room for them too when the memory must grow.</param>
    public Span<T> Append(int count, int expectedMore)
    {
        var length = checked(Count + count);
        if (length > _capacity)
        {
            Grow(length, expectedMore);
        }

        var start = Count;
        Count = length;
        return length == 0 ? default : _rented!.AsSpan<T>(length)[start..];
    }

    public void Release()
    {
        if (_rented is not null)
        {
            pool.Return(_rented);
            _rented = null;
        }

        _borrowed = default;
        _capacity = 0;
        Count = 0;
    }

    private void Grow(int length, int expectedMore)
    {
        Debug.Assert(_borrowed.IsEmpty, "Borrowed memory does not grow.");
        // Where elements come one after another, doubling keeps the copying linear.
        var wanted = Count == 0 ? (long)length + expectedMore : Math.Max((long)length + expectedMore, 2L * Count);
        var bytes = checked((int)(Math.Min(wanted, Array.MaxLength / Unsafe.SizeOf<T>()) * Unsafe.SizeOf<T>()));
        var larger = pool.Rent(bytes);
        _capacity = larger.Capacity / Unsafe.SizeOf<T>();
        if (_rented is not null)
        {
            _rented.AsSpan<T>(Count).CopyTo(larger.AsSpan<T>(Count));
            pool.Return(_rented);
        }

        _rented = larger;
    }
}
