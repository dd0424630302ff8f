using System.Diagnostics.CodeAnalysis;

namespace Scoring.Protocol.Buffers;

/// <summary>
/// A bounded stack of objects to use again: the last one returned, warm in the cache, is the first one taken. Each processor has
/// a stack of its own, and looks into the others' only where that is empty.
/// </summary>
internal sealed class FreeList<T>
    where T : class
{
    private readonly Part[] _parts = new Part[PerProcessor.Count];

    /// <param name="capacity">The most that it holds.</param>
    public FreeList(int capacity)
    {
        for (var i = 0; i < _parts.Length; i++)
        {
            _parts[i] = new Part(Math.Max(capacity / _parts.Length, 1));
        }
    }

    public bool TryTake([NotNullWhen(true)] out T? item)
    {
        var own = PerProcessor.Index;
        for (var i = 0; i < _parts.Length; i++)
        {
            if (_parts[own ^ i].TryTake(out item))
            {
                return true;
            }
        }

        item = null;
        return false;
    }

    /// <summary>False when the list is full: the caller leaves the object to the garbage collector.</summary>
    public bool TryAdd(T item) => _parts[PerProcessor.Index].TryAdd(item);

    private sealed class Part(int capacity)
    {
        private readonly Lock _lock = new();
        private T?[] _items = [];
        private int _count;

        public bool TryTake([NotNullWhen(true)] out T? item)
        {
            item = null;
            if (Volatile.Read(ref _count) == 0)
            {
                return false;
            }

            lock (_lock)
            {
                if (_count == 0)
                {
                    return false;
                }

                item = _items[--_count]!;
                _items[_count] = null;
                return true;
            }
        }

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
                    Array.Resize(ref _items, Math.Min(capacity, Math.Max(16, _count * 2)));
                }

                _items[_count++] = item;
                return true;
            }
        }
    }
}
