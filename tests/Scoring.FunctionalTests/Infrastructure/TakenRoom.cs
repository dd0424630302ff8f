using Microsoft.Extensions.DependencyInjection;
using Scoring.Protocol.Buffers;
using Scoring.Service.Memory;

namespace Scoring.FunctionalTests.Infrastructure;

/// <summary>All room that a server of 1 MiB of <c>ServerBytes</c> has for messages, with the reserve for small ones, until it is disposed.</summary>
internal sealed class TakenRoom : IDisposable
{
    private readonly BufferPool _buffers;
    private readonly AlignedBuffer _rented;
    private readonly ServerMemory _memory;
    private readonly long _reserved;
    private int _isGivenBack;

    public TakenRoom(ScoringServer server)
    {
        _buffers = server.Pool.Buffers;
        _memory = server.Services.GetRequiredService<ServerMemory>();
        _rented = _buffers.Rent(2 << 20);
        while (_memory.Unfinished.TryReserve(_memory.PassBytes))
        {
            _reserved += _memory.PassBytes;
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isGivenBack, 1) == 0)
        {
            _buffers.Return(_rented);
            for (var left = _reserved; left > 0; left -= _memory.PassBytes)
            {
                _memory.ReleaseUnfinished(_memory.PassBytes);
            }
        }
    }
}
