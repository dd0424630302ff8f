using Scoring.V1;

namespace Scoring.Service.Streaming;

/// <summary>What memory there is for one call: its connection's and the server's. What the call holds counts until the transport has taken its answers.</summary>
internal sealed class CallMemory(ServerMemory server, ConnectionMemory connection) : IDisposable
{
    private long _held;

    public bool HasRoom => server.HasRoom && connection.HasRoom;

    /// <summary>What a unary call is told that finds no room; null where there is some.</summary>
    public Error? Refusal() => !server.HasRoom ? server.Refusal() : !connection.HasRoom ? connection.Refusal() : null;

    public ValueTask WaitForRoomAsync(CancellationToken cancellationToken) => HasRoom ? default : WaitAsync(cancellationToken);

    /// <summary>Holds so many bytes of logits and targets, until they are given back.</summary>
    public void Hold(long bytes)
    {
        _held += bytes;
        connection.Hold(bytes);
    }

    public void Release()
    {
        if (_held > 0)
        {
            connection.Release(_held);
            _held = 0;
        }
    }

    public void Dispose() => Release();

    private async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        while (!HasRoom)
        {
            await connection.WaitForRoomAsync(cancellationToken);
            await server.WaitForRoomAsync(cancellationToken);
        }
    }
}
