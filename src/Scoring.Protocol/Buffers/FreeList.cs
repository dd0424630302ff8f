using System.Diagnostics.CodeAnalysis;

namespace Scoring.Protocol.Buffers;

/// <summary>A bounded stack of objects to use again: the last one returned, warm in the cache, is the first one taken.</summary>
internal sealed class FreeList<T>(int capacity)
    where T : class
{
    private readonly Lock _lock = new();
    private T?[] _items = new T?[Math.Min(capacity, 16)];
    private int _count;

    public bool TryTake([NotNullWhen(true)] out T? item)
    {
        lock (_lock)
        {
            if (_count == 0)
            {
                item = null;
                return false;
            }

            item = _items[--_count]!;
            _items[_count] = null;
            return true;
        }
    }

    /// <summary>False when the list is full: the caller leaves the object to the garbage collector.</summary>
    public bool TryAdd(T item)
    {
        lock (_lock)
        {
            if (_count == capacity)
            {
                return false;
            }

            if (_count == _items.Length)
            {
                Array.Resize(ref _items, Math.Min(capacity, _count * 2));
            }

            _items[_count++] = item;
            return true;
        }
    }
}
