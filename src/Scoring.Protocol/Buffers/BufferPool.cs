using System.Numerics;

namespace Scoring.Protocol.Buffers;

/// <summary>
/// Rents out aligned buffers, and keeps those returned up to a bound. It also counts: what is rented now is what the
/// messages in flight hold.
/// </summary>
/// <param name="maxIdleBytes">The most that idle buffers may hold together.</param>
internal sealed class BufferPool(long maxIdleBytes)
{
    private const int MinCapacity = 256;

    /// <summary>Four sizes to each doubling, so that at most a fifth of a buffer is unused.</summary>
    private const int StepsPerDoubling = 4;

    private readonly FreeList<AlignedBuffer>[] _idle = CreateLists();
    private long _idleBytes;
    private long _rentedBytes;
    private int _outstanding;
    private int _nextToEvict;

    /// <summary>Bytes of all buffers that are rented now.</summary>
    public long RentedBytes => Volatile.Read(ref _rentedBytes);

    /// <summary>Buffers that are rented now.</summary>
    public int OutstandingRents => Volatile.Read(ref _outstanding);

    /// <summary>Bytes of all buffers that wait to be rented again.</summary>
    public long IdleBytes => Volatile.Read(ref _idleBytes);

    /// <summary>Called after each return, on the thread that returns.</summary>
    public Action? Returned { get; set; }

    /// <summary>A buffer of at least this many bytes, whose content is undefined.</summary>
    public AlignedBuffer Rent(int bytes)
    {
        var (index, capacity) = SizeClass(bytes);
        if (_idle[index].TryTake(out var buffer))
        {
            Interlocked.Add(ref _idleBytes, -capacity);
        }
        else
        {
            buffer = new AlignedBuffer(capacity);
        }

        buffer.MarkRented();
        Interlocked.Add(ref _rentedBytes, capacity);
        Interlocked.Increment(ref _outstanding);
        return buffer;
    }

    public void Return(AlignedBuffer buffer)
    {
        buffer.MarkReturned();
        Interlocked.Add(ref _rentedBytes, -buffer.Capacity);
        Interlocked.Decrement(ref _outstanding);

        Keep(buffer);
        Returned?.Invoke();
    }

    private void Keep(AlignedBuffer buffer)
    {
        if (buffer.Capacity > maxIdleBytes)
        {
            return;
        }

        while (Volatile.Read(ref _idleBytes) + buffer.Capacity > maxIdleBytes && TryEvictOne())
        {
        }

        if (_idle[SizeClass(buffer.Capacity).Index].TryAdd(buffer))
        {
            Interlocked.Add(ref _idleBytes, buffer.Capacity);
        }
    }

    /// <summary>Takes from each size in turn, so that sizes nobody asks for any longer make room for those in use.</summary>
    private bool TryEvictOne()
    {
        for (var tried = 0; tried < _idle.Length; tried++)
        {
            var index = (int)((uint)Interlocked.Increment(ref _nextToEvict) % (uint)_idle.Length);
            if (_idle[index].TryTake(out var evicted))
            {
                Interlocked.Add(ref _idleBytes, -evicted.Capacity);
                return true;
            }
        }

        return false;
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
