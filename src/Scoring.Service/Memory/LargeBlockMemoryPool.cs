using System.Buffers;
using Scoring.Protocol.Buffers;

namespace Scoring.Service.Memory;

/// <summary>
/// Blocks of 64 KB for the transport, where Kestrel's own pool has 4 KB: a message of half a megabyte then takes 8 of them and
/// not 128. The last block returned is the first one rented, so the same few stay in the cache.
/// </summary>
/// <remarks>
/// The first blocks are pinned, because sockets read into them and write from them, and stay for good. More of them, for a time of much traffic,
/// would leave a heap in which some are in use here and there, and nothing can be given back of what is between. So those that come in where the
/// first do not suffice are larger, as large objects are, and can be moved: sockets pin them for as long as they need. A connection that has many is
/// given smaller ones: each of its calls takes one for the few bytes of a question, and thousands of calls may come at once.
/// </remarks>
/// <param name="maxIdleBytes">What may be kept for use again.</param>
internal sealed class LargeBlockMemoryPool(long maxIdleBytes) : MemoryPool<byte>
{
    private const int BlockBytes = 64 << 10;
    private const int LargerBytes = 128 << 10;
    private const int SmallerBytes = 16 << 10;

    /// <summary>What a connection has in larger blocks: more than one that is busy with a few streams, whose messages go on as they come.</summary>
    private const long MostInLargerBytes = 2 << 20;

    /// <summary>16 MB, which is more than a service needs whose clients read what they are answered.</summary>
    private const long MostKeptBytes = 256 * BlockBytes;

    private readonly long _maxKept = Math.Min(maxIdleBytes, MostKeptBytes) / BlockBytes;
    private readonly FreeList<Block> _kept = new(int.MaxValue);
    private readonly FreeList<Block> _larger = new((int)Math.Clamp((maxIdleBytes - MostKeptBytes) / LargerBytes, 0, int.MaxValue));
    private readonly FreeList<Block> _smaller = new((int)Math.Min(maxIdleBytes / 8 / SmallerBytes, int.MaxValue));
    private readonly Tally _rentedBytes = new();
    private int _made;

    /// <summary>What takes the blocks that this thread rents without saying for whom.</summary>
    [ThreadStatic]
    internal static MemoryPool<byte>? RentsFor;

    public override int MaxBufferSize => BlockBytes;

    /// <summary>Bytes of all blocks that the transport has now.</summary>
    public long RentedBytes => _rentedBytes.Sum;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1) =>
        RentsFor is { } connection ? connection.Rent(minBufferSize) : Rent(minBufferSize, connection: null, out _);

    /// <param name="minBufferSize">No more than <see cref="MaxBufferSize"/>.</param>
    /// <param name="connection">Whose block it is until it is disposed.</param>
    /// <param name="isNew">Whether there was none to be used again.</param>
    public IMemoryOwner<byte> Rent(int minBufferSize, ConnectionMemory? connection, out bool isNew)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        var isSmaller = minBufferSize <= SmallerBytes && connection?.Transported >= MostInLargerBytes;
        isNew = !(isSmaller ? _smaller.TryTake(out var block) : _kept.TryTake(out block) || _larger.TryTake(out block));
        block ??= isSmaller ? new Block(this, _smaller, SmallerBytes) : Make();

        block.MarkRented(connection);
        _rentedBytes.Add(block.Memory.Length);
        return block;
    }

    /// <summary>Leaves to the garbage collector what is idle, but for the blocks that stay for good.</summary>
    public void Trim()
    {
        while (_larger.TryTake(out _) || _smaller.TryTake(out _))
        {
        }
    }

    /// <summary>Nothing to do: blocks are managed memory, and those still rented stay valid for whoever holds them.</summary>
    protected override void Dispose(bool disposing)
    {
    }

    private Block Make() => Volatile.Read(ref _made) < _maxKept && Interlocked.Increment(ref _made) <= _maxKept
        ? new Block(this, _kept, BlockBytes, pinned: true)
        : new Block(this, _larger, LargerBytes);

    private sealed class Block(LargeBlockMemoryPool pool, FreeList<Block> home, int bytes, bool pinned = false) : IMemoryOwner<byte>
    {
        private ConnectionMemory? _connection;
        private int _rented;

        public Memory<byte> Memory { get; } = GC.AllocateUninitializedArray<byte>(bytes, pinned);

        public void MarkRented(ConnectionMemory? connection)
        {
            _connection = connection;
            connection?.Transport(Memory.Length);
            Volatile.Write(ref _rented, 1);
        }

        /// <summary>Disposing twice is allowed by the interface, and returns the block once.</summary>
        public void Dispose()
        {
            if (Interlocked.Exchange(ref _rented, 0) == 1)
            {
                _connection?.Transport(-Memory.Length);
                _connection = null;
                pool._rentedBytes.Add(-Memory.Length);
                home.TryAdd(this);
            }
        }
    }
}
