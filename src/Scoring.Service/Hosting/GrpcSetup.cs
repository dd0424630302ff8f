using Grpc.AspNetCore.Server;
using Microsoft.Extensions.Options;
using Scoring.Service.Settings;
using Scoring.Service.Streaming;

namespace Scoring.Service.Hosting;

/// <summary>gRPC's own limits, and how messages may be compressed.</summary>
internal sealed class GrpcSetup(IOptions<LimitSettings> limits) : IConfigureOptions<GrpcServiceOptions>
{
    public void Configure(GrpcServiceOptions options)
    {
        options.MaxReceiveMessageSize = limits.Value.MessageBytes;
        // What is sent follows from what was received; TOP_K with a large k can be more than came in.
        options.MaxSendMessageSize = null;
        options.CompressionProviders = [.. MessageCompression.All(limits.Value.MessageBytes)];
    }
}
