using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;
using Scoring.Service.Connections;
using Scoring.Service.Http;
using Scoring.Service.Security;
using Scoring.Service.Settings;

namespace Scoring.Service.Hosting;

/// <summary>
/// The transport: where the server listens, and how much it buffers. docs/performance.md has what each setting was measured to bring.
/// </summary>
internal sealed class KestrelSetup(
    IOptions<ListenSettings> listen, IOptions<AdminSettings> admin, IOptions<LimitSettings> limits, OpenConnections connections,
    HandshakeTurns handshakes, TlsHandshake? tls = null)
    : IConfigureOptions<KestrelServerOptions>, IConfigureOptions<SocketTransportOptions>
{
    public void Configure(KestrelServerOptions options)
    {
        if (!AreGood())
        {
            return;
        }

        options.AddServerHeader = false;
        // A proxy that ends TLS may tell the scheme of its own client (Envoy does), and Kestrel would reset each of its calls.
        options.AllowAlternateSchemes = true;
        // Past it Kestrel ends the call, and past twice as much the connection, with the calls of all others who share it through a proxy. Those
        // pass on up to 64 KB.
        options.Limits.MaxRequestHeadersTotalSize = 2 * OpenCalls.MostHeaders;
        options.Limits.Http2.MaxStreamsPerConnection = limits.Value.StreamsPerConnection;
        options.Limits.Http2.InitialStreamWindowSize = limits.Value.StreamWindowBytes;
        options.Limits.Http2.InitialConnectionWindowSize = LimitSettings.StreamsPerWindow * limits.Value.StreamWindowBytes;
        // A client that went away without a word is noticed, and what its streams hold is given back. Without pings it would never be.
        options.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        options.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(10);
        // Fewer frame headers for clients that use larger frames; the default is 16 KB.
        options.Limits.Http2.MaxFrameSize = 256 << 10;
        // A whole answer of a wide row can wait for the socket; at the default of 64 KB the stream stops and starts eight times.
        options.Limits.MaxResponseBufferSize = LimitSettings.ResponseBufferBytes;
        // A client that is slow to read is held back, not cut off: what it makes the server hold is bounded.
        options.Limits.MinResponseDataRate = null;
        // Messages have a limit, which their first bytes tell, and a body has not: streams go on for ever.
        options.Limits.MaxRequestBodySize = null;

        if (listen.Value.UnixSocket.Length > 0)
        {
            options.ListenUnixSocket(listen.Value.UnixSocket, endpoint =>
            {
                Http2(endpoint);
                connections.Watch(endpoint);
            });
        }
        else
        {
            Listen(options, listen.Value.Address, listen.Value.Port, OfClients(Http2));
        }

        if (listen.Value.HttpPort is { } httpPort)
        {
            Listen(options, listen.Value.Address, httpPort, OfClients(HttpPort.Mark));
        }

        if (admin.Value.Port is { } adminPort)
        {
            Listen(options, admin.Value.Address.Length > 0 ? admin.Value.Address : listen.Value.Address, adminPort, AdminPort.Mark);
        }
    }

    public void Configure(SocketTransportOptions options)
    {
        // The socket takes as much at once as a stream may have buffered.
        options.MaxWriteBufferSize = 1 << 20;
    }

    /// <summary>The server is made before anything looks at the settings. What is wrong with them is told once all of them are looked at.</summary>
    private bool AreGood()
    {
        try
        {
            return listen.Value is not null && admin.Value is not null && limits.Value is not null;
        }
        catch (OptionsValidationException)
        {
            return false;
        }
    }

    private static void Listen(KestrelServerOptions options, string address, int port, Action<ListenOptions> configure)
    {
        if (address.Length > 0)
        {
            options.Listen(IPAddress.Parse(address), port, configure);
        }
        else
        {
            options.ListenAnyIP(port, configure);
        }
    }

    /// <summary>
    /// What a port that clients reach is configured with. Its connections are counted before TLS takes anybody's time; TLS comes last, because it
    /// tells clients the protocols of the endpoint.
    /// </summary>
    private Action<ListenOptions> OfClients(Action<ListenOptions> configure) => endpoint =>
    {
        configure(endpoint);
        connections.Watch(endpoint);
        if (tls is not null)
        {
            handshakes.Use(endpoint);
            tls.Use(endpoint);
        }
    };

    private static void Http2(ListenOptions endpoint) => endpoint.Protocols = HttpProtocols.Http2;
}
