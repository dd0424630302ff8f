using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;
using Scoring.Service.Settings;

namespace Scoring.Service.Connections;

/// <summary>
/// Sockets, of all ports together no more than there are files for. What comes beyond waits where the system has it, which takes no file: Kestrel
/// would accept it, and closes what is too much only once its pool has a turn for that. It has no limit for this that does not close them.
/// </summary>
#pragma warning disable CA1001 // A connection may give its place back after the host has disposed of all there is.
internal sealed class LimitedTransport : IConnectionListenerFactory, IConnectionListenerFactorySelector
#pragma warning restore CA1001
{
    private readonly SocketTransportFactory _sockets;
    private readonly SemaphoreSlim _places;

    public LimitedTransport(IOptions<SocketTransportOptions> options, IOptions<LimitSettings> limits, ILoggerFactory loggers)
        : this(options, OpenFiles.MostAccepted(limits.Value.Connections), loggers)
    {
    }

    internal LimitedTransport(IOptions<SocketTransportOptions> options, int most, ILoggerFactory loggers)
    {
        _sockets = new SocketTransportFactory(options, loggers);
        _places = new SemaphoreSlim(most);
    }

    public bool CanBind(EndPoint endpoint) => _sockets.CanBind(endpoint);

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new Listener(await _sockets.BindAsync(endpoint, cancellationToken), _places);

    private sealed class Listener(IConnectionListener sockets, SemaphoreSlim places) : IConnectionListener
    {
        private readonly CancellationTokenSource _unbound = new();

        public EndPoint EndPoint => sockets.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _unbound.Token);
            try
            {
                await places.WaitAsync(end.Token);
            }
            catch (OperationCanceledException) when (_unbound.IsCancellationRequested)
            {
                return null;
            }

            ConnectionContext? connection = null;
            try
            {
                connection = await sockets.AcceptAsync(cancellationToken);
                return connection is null ? null : new Connection(connection, places);
            }
            finally
            {
                if (connection is null)
                {
                    places.Release();
                }
            }
        }

        public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            await _unbound.CancelAsync();
            await sockets.UnbindAsync(cancellationToken);
        }

        public async ValueTask DisposeAsync()
        {
            await sockets.DisposeAsync();
            _unbound.Dispose();
        }
    }

    /// <summary>Gives its place back once its socket is closed.</summary>
    private sealed class Connection(ConnectionContext socket, SemaphoreSlim places) : ConnectionContext
    {
        private int _isDisposed;

        public override string ConnectionId
        {
            get => socket.ConnectionId;
            set => socket.ConnectionId = value;
        }

        public override IFeatureCollection Features => socket.Features;

        public override IDictionary<object, object?> Items
        {
            get => socket.Items;
            set => socket.Items = value;
        }

        public override IDuplexPipe Transport
        {
            get => socket.Transport;
            set => socket.Transport = value;
        }

        public override EndPoint? LocalEndPoint
        {
            get => socket.LocalEndPoint;
            set => socket.LocalEndPoint = value;
        }

        public override EndPoint? RemoteEndPoint
        {
            get => socket.RemoteEndPoint;
            set => socket.RemoteEndPoint = value;
        }

        public override CancellationToken ConnectionClosed
        {
            get => socket.ConnectionClosed;
            set => socket.ConnectionClosed = value;
        }

        public override void Abort(ConnectionAbortedException abortReason) => socket.Abort(abortReason);

        public override void Abort() => socket.Abort();

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            {
                try
                {
                    await socket.DisposeAsync();
                }
                finally
                {
                    places.Release();
                }
            }
        }
    }
}
