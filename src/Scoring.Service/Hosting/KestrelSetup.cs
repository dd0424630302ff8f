using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Scoring.Service.Hosting;

/// <summary>The transport: where the server listens, and how much it buffers.</summary>
internal sealed class KestrelSetup(IOptions<ListenSettings> listen, IOptions<LimitSettings> limits) : IConfigureOptions<KestrelServerOptions>
{
    public void Configure(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.Http2.MaxStreamsPerConnection = limits.Value.StreamsPerConnection;
        options.Limits.Http2.InitialStreamWindowSize = limits.Value.StreamWindowBytes;
        // Four streams at full speed before one connection's window holds them back.
        options.Limits.Http2.InitialConnectionWindowSize = 4 * limits.Value.StreamWindowBytes;
        // A client that is slow to read is held back, not cut off: what it makes the server hold is bounded.
        options.Limits.MinResponseDataRate = null;

        if (listen.Value.UnixSocket.Length > 0)
        {
            options.ListenUnixSocket(listen.Value.UnixSocket, Http2);
        }
        else if (listen.Value.Address.Length > 0)
        {
            options.Listen(IPAddress.Parse(listen.Value.Address), listen.Value.Port, Http2);
        }
        else
        {
            options.ListenAnyIP(listen.Value.Port, Http2);
        }
    }

    private static void Http2(ListenOptions endpoint) => endpoint.Protocols = HttpProtocols.Http2;
}
