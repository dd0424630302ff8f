using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.Logging;
using Scoring.Client.Bursts;
using Scoring.Protocol;

namespace Scoring.Client.Connections;

/// <summary>Makes gRPC's channel: over which connections calls go, and which are tried again.</summary>
internal static class ScoringChannel
{
    /// <summary>What gRPC itself takes as the most.</summary>
    public const int MaxAttempts = 5;

    public static SocketsHttpHandler CreateHandler(ScoringAddress address)
    {
        var handler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            InitialHttp2StreamWindowSize = 1 << 20,
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

        return handler;
    }

    /// <summary>Makes a channel, which owns the handler.</summary>
    public static GrpcChannel Create(
        ScoringAddress address, HttpMessageHandler handler, ScoringClientOptions options, IEnumerable<ResolverFactory> resolvers, ILoggerFactory? logs)
    {
        var channel = new GrpcChannelOptions
        {
            HttpHandler = new BurstHandler(handler),
            DisposeHttpClient = true,
            LoggerFactory = logs,
            MaxReceiveMessageSize = options.MaxReceiveMessageBytes,
            MaxSendMessageSize = null,
            MaxRetryAttempts = MaxAttempts,
            MaxRetryBufferSize = options.MaxRetryBufferBytes,
            MaxRetryBufferPerCallSize = options.MaxRetryBufferBytes,
            ServiceConfig = new ServiceConfig(),
            ThrowOperationCanceledOnCancellation = true,
        };

        if (options.MaxAttempts > 1)
        {
            channel.ServiceConfig.MethodConfigs.Add(Retries(options.MaxAttempts));
        }

        if (address.IsResolved)
        {
            channel.Credentials = options.UseTls ? ChannelCredentials.SecureSsl : ChannelCredentials.Insecure;
            channel.ServiceConfig.LoadBalancingConfigs.Add(new RoundRobinConfig());
            channel.ServiceProvider = new ResolverServices([.. resolvers, new DnsResolverFactory(options.DnsRefreshInterval)]);
        }

        return GrpcChannel.ForAddress(address.Target, channel);
    }

    /// <summary>Of the calls that change nothing and whose request is whole: a stream's messages are gone once they are sent.</summary>
    private static MethodConfig Retries(int maxAttempts) => new()
    {
        Names =
        {
            new MethodName { Service = ScoringMethods.ServiceName, Method = nameof(ScoringMethods.Score) },
            new MethodName { Service = ScoringMethods.ServiceName, Method = nameof(ScoringMethods.ListHeads) },
        },
        RetryPolicy = new RetryPolicy
        {
            MaxAttempts = maxAttempts,
            InitialBackoff = TimeSpan.FromMilliseconds(100),
            MaxBackoff = TimeSpan.FromSeconds(2),
            BackoffMultiplier = 2,
            RetryableStatusCodes = { StatusCode.Unavailable },
        },
    };
}
