using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.Logging;
using Scoring.Client.Bursts;

namespace Scoring.Client.Connections;

/// <summary>Makes gRPC's channel: over which connections calls go.</summary>
internal static class ScoringChannel
{
    public static SocketsHttpHandler CreateHandler(ScoringAddress address, ScoringClientOptions options) =>
        CreateHandler(address, options, new Dialer(Dns.GetHostAddressesAsync));

    /// <summary>Makes what has the connections.</summary>
    /// <param name="address">Where they go.</param>
    /// <param name="options">How long they may take, and be silent.</param>
    /// <param name="dialer">Makes those to a host.</param>
    public static SocketsHttpHandler CreateHandler(ScoringAddress address, ScoringClientOptions options, Dialer dialer)
    {
        var handler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            InitialHttp2StreamWindowSize = 1 << 20,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            KeepAlivePingDelay = options.KeepAliveDelay,
            KeepAlivePingTimeout = options.KeepAliveTimeout,
            ConnectTimeout = options.ConnectTimeout,
            // A redirect would carry the key and the logits to whatever address an answer names, and take what comes from there for the service's.
            AllowAutoRedirect = false,
            UseCookies = false,
            // The environment's proxy makes tunnels for TLS alone, and for HTTP/2 in clear text .NET asks none of it.
            UseProxy = address.Target.Scheme == Uri.UriSchemeHttps || (address.IsResolved && options.UseTls),
            PlaintextStreamFilter = (context, _) => ValueTask.FromResult<Stream>(
                new FirstAnswer(context.PlaintextStream, options.ConnectTimeout, dialer.Heard(context.InitialRequestMessage))),
        };

        if (address.UnixPath is { } path)
        {
            var endPoint = new UnixDomainSocketEndPoint(path);
            handler.ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(endPoint, cancellationToken).ConfigureAwait(false);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            };
        }
        else if (!address.IsResolved)
        {
            handler.ConnectCallback = dialer.ConnectAsync;
        }

        return handler;
    }

    /// <summary>Makes a channel, which owns the handler.</summary>
    public static GrpcChannel Create(
        ScoringAddress address, HttpMessageHandler handler, ScoringClientOptions options, IEnumerable<ResolverFactory> resolvers,
        ILoggerFactory? logs)
    {
        var channel = new GrpcChannelOptions
        {
            HttpHandler = new BurstHandler(handler),
            DisposeHttpClient = true,
            LoggerFactory = logs,
            MaxReceiveMessageSize = options.MaxReceiveMessageBytes,
            MaxSendMessageSize = null,
            ServiceConfig = new ServiceConfig(),
            // For addresses that a resolver tells; gRPC's own waits are a second to two minutes.
            InitialReconnectBackoff = Backoff.Shortest,
            MaxReconnectBackoff = Backoff.Longest,
            ThrowOperationCanceledOnCancellation = true,
        };

        if (address.IsResolved)
        {
            channel.Credentials = options.UseTls ? ChannelCredentials.SecureSsl : ChannelCredentials.Insecure;
            channel.ServiceConfig.LoadBalancingConfigs.Add(new LoadBalancingConfig(AnsweringAddresses.PolicyName));
            channel.ServiceProvider = new ChannelServices(
                [.. resolvers, new DnsResolverFactory(options.DnsRefreshInterval)], new AnsweringAddresses(TimeProvider.System));
        }

        return GrpcChannel.ForAddress(address.Target, channel);
    }
}
