using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Scoring.FunctionalTests.Infrastructure;

/// <summary>A call of a method of the service without a connection, for what no client can time.</summary>
internal sealed class DirectCall : ServerCallContext
{
    public DirectCall() => UserState["__HttpContext"] = new DefaultHttpContext();

    protected override string MethodCore => "direct";

    protected override string HostCore => "localhost";

    protected override string PeerCore => "ipv4:127.0.0.1:1";

    protected override DateTime DeadlineCore => DateTime.MaxValue;

    protected override Metadata RequestHeadersCore { get; } = [];

    protected override CancellationToken CancellationTokenCore => CancellationToken.None;

    protected override Metadata ResponseTrailersCore { get; } = [];

    protected override Status StatusCore { get; set; }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore { get; } = new(null, []);

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => throw new NotSupportedException();

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
}
