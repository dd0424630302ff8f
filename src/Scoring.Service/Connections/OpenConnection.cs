using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Scoring.Service.Memory;

namespace Scoring.Service.Connections;

/// <summary>A connection of a client: a feature of each of its calls.</summary>
internal sealed class OpenConnection : IDisposable
{
    private readonly ConnectionContext _connection;
    private readonly IConnectionLifetimeNotificationFeature _transport;
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _lock = new();
    private bool _isClosed;
    private object? _holder;

    public OpenConnection(ConnectionContext connection, ConnectionMemory memory)
    {
        _connection = connection;
        _transport = connection.Features.GetRequiredFeature<IConnectionLifetimeNotificationFeature>();
        Memory = memory;
        // A call may begin when its connection is closed already, and then asks a source that is disposed.
        Ending = _ending.Token;
    }

    /// <summary>Whom it stands for where callers are known and none of its calls had one.</summary>
    public static object Nobody { get; } = new();

    /// <summary>
    /// Whom what it holds is held for: the caller of its first call that had one, or <see cref="Nobody"/>. Others may share it, as behind a proxy;
    /// one who has several keys is not to have a connection that counts by itself for it.
    /// </summary>
    public object Holder => Volatile.Read(ref _holder) ?? Nobody;

    /// <summary>Whether it was closed under its client for what it held.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Its calls, where it is of HTTP/2.</summary>
    public ConnectionCalls Calls { get; } = new();

    /// <summary>What its calls may hold together.</summary>
    public ConnectionMemory Memory { get; }

    /// <summary>Cancelled when the connection is to end: its streams then end once what was read is answered.</summary>
    public CancellationToken Ending { get; }

    /// <summary>Tells the client to make no more calls here (HTTP/2's GOAWAY), and its streams to end.</summary>
    public void End()
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return;
            }

            _transport.RequestClose();
            // Not from within the lock, in which a stream could end the connection.
            _ending.CancelAsync();
        }
    }

    /// <summary>Takes note of whose call came over it.</summary>
    public void CarryFor(string caller)
    {
        if (Volatile.Read(ref _holder) is null)
        {
            Interlocked.CompareExchange(ref _holder, caller, null);
        }
    }

    /// <summary>Closes it under its client for what it holds.</summary>
    public void Cut(string why)
    {
        IsCut = true;
        Close(why);
    }

    /// <summary>Closes it under its client.</summary>
    public void Close(string why) => _connection.Abort(new ConnectionAbortedException(why));

    public void Dispose()
    {
        lock (_lock)
        {
            _isClosed = true;
        }

        _ending.Dispose();
    }
}
