using System.Numerics;

namespace Scoring.Protocol.Buffers;

/// <summary>
/// Rents out aligned buffers, and keeps those returned up to a bound. It also counts: what is rented now is what the
/// messages in flight hold.
/// </summary>
/// <param name="maxIdleBytes">The most that idle buffers may hold together.</param>
/// <param name="isNative">
/// Whether large buffers are outside the garbage collector's heap. Only where nobody can have a span of a buffer that was returned.
/// </param>
internal sealed class BufferPool(long maxIdleBytes, bool isNative = false)
{
    private const int MinCapacity = 256;

    /// <summary>Four sizes to each doubling, so that at most a fifth of a buffer is unused.</summary>
    private const int StepsPerDoubling = 4;

    private readonly FreeList<AlignedBuffer>[] _idle = CreateLists();
    private readonly Tally _rents = new();
    private readonly Tally _rentedBytes = new();

    /// <summary>Bytes of all buffers there are, rented or idle. It stands still once the pool has what is asked for.</summary>
    private long _ownedBytes;

    private int _nextToEvict;

    /// <summary>Bytes of all buffers that are rented now.</summary>
    public long RentedBytes => _rentedBytes.Sum;

    /// <summary>Buffers that are rented now.</summary>
    public long OutstandingRents => _rents.Sum;

    /// <summary>Bytes of all buffers that wait to be rented again.</summary>
    public long IdleBytes => Volatile.Read(ref _ownedBytes) - RentedBytes;

    /// <summary>Called after each return, on the thread that returns.</summary>
    public Action? Returned { get; set; }

    /// <summary>A buffer of at least this many bytes, whose content is undefined.</summary>
    public AlignedBuffer Rent(int bytes)
    {
        var (index, capacity) = SizeClass(bytes);
        if (!_idle[index].TryTake(out var buffer))
        {
            buffer = new AlignedBuffer(capacity, isNative && capacity >= NativeBlock.LeastBytes);
            Interlocked.Add(ref _ownedBytes, capacity);
        }

        buffer.MarkRented();
        _rentedBytes.Add(capacity);
        _rents.Add(1);
        return buffer;
    }

    public void Return(AlignedBuffer buffer)
    {
        buffer.MarkReturned();
        _rentedBytes.Add(-buffer.Capacity);
        _rents.Add(-1);

        if (!HasRoomFor(buffer) || !_idle[SizeClass(buffer.Capacity).Index].TryAdd(buffer))
        {
            Drop(buffer);
        }

        Returned?.Invoke();
    }

    /// <summary>Gives back all that is idle.</summary>
    public void Trim()
    {
        while (TryEvictOne())
        {
        }
    }

    /// <summary>Whether a buffer that was rented may become idle; others that are idle may have to go for it.</summary>
    private bool HasRoomFor(AlignedBuffer buffer)
    {
        if (buffer.Capacity > maxIdleBytes)
        {
            return false;
        }

        // The second, which reads what other processors write, is looked at only where the first does not settle it.
        while (Volatile.Read(ref _ownedBytes) > maxIdleBytes && IdleBytes > maxIdleBytes && TryEvictOne())
        {
        }

        return true;
    }

    /// <summary>Takes from each size in turn, so that sizes nobody asks for any longer make room for those in use.</summary>
    private bool TryEvictOne()
    {
        for (var tried = 0; tried < _idle.Length; tried++)
        {
            var index = (int)((uint)Interlocked.Increment(ref _nextToEvict) % (uint)_idle.Length);
            if (_idle[index].TryTake(out var evicted))
            {
                Drop(evicted);
                return true;
            }
        }

        return false;
    }

    private void Drop(AlignedBuffer buffer)
    {
        buffer.Dispose();
        Interlocked.Add(ref _ownedBytes, -buffer.Capacity);
    }

    private static (int Index, int Capacity) SizeClass(int bytes)
    {
        var size = (uint)Math.Max(bytes, MinCapacity);
        var doubling = BitOperations.Log2(size - 1);
        var step = 1u << (doubling - BitOperations.Log2(StepsPerDoubling));
        var steps = (size + step - 1) / step;
        return ((doubling * StepsPerDoubling) + (int)steps - StepsPerDoubling - 1, checked((int)(steps * step)));
    }

    private static FreeList<AlignedBuffer>[] CreateLists()
    {
        var lists = new FreeList<AlignedBuffer>[32 * StepsPerDoubling];
        for (var i = 0; i < lists.Length; i++)
        {
            lists[i] = new FreeList<AlignedBuffer>(int.MaxValue);
        }

        return lists;
    }
}
