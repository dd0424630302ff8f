using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.Extensions.Options;
using Scoring.Protocol;
using Scoring.Service.Memory;
using Scoring.Service.Settings;

namespace Scoring.Service.Streaming;

/// <summary>
/// Gives each call its memory, and a call of gRPC a body that counts: whatever it is, its messages have their room before they are here.
/// </summary>
internal sealed class CountedCalls(ServerMemory server, StreamWatches watches, LongMessages longMessages, IOptions<LimitSettings> limits)
{
    public void Surround(EndpointBuilder endpoint)
    {
        var isJson = endpoint.Metadata.OfType<GrpcJsonTranscodingMetadata>().Any();
        var method = isJson ? null : endpoint.Metadata.OfType<GrpcMethodMetadata>().FirstOrDefault()?.Method;
        var waits = method?.Type is MethodType.ClientStreaming or MethodType.DuplexStreaming;
        var keeps = method?.GetType().GenericTypeArguments[0] != typeof(PooledScoreRequest);
        // A message that asks about the service is refused where it is not small, but not before it is whole.
        var isWatched = !isJson && !waits;
        var maxMessageBytes = limits.Value.MessageBytes;
        var call = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = http =>
        {
            var memory = new CallMemory(server, RequestBody.ConnectionOf(http).Memory, waits) { Turns = new CallTurns(longMessages, http) };
            // What is registered first goes last: what a call holds is held until its answer is with the transport.
            http.Response.RegisterForDispose(memory);
            if (isJson)
            {
                http.Features.Set(memory);
                memory.WatchLater(watches, http);
                memory.Keep();
            }
            else if (isWatched)
            {
                // What else there is watches over itself.
                memory.WatchLater(watches, http);
            }

            if (method is not null)
            {
                RequestBody.Count(http, memory, maxMessageBytes, keeps);
            }

            return call(http);
        };
    }
}
