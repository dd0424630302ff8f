using Grpc.AspNetCore.Server.Model;
using Scoring.Protocol;

namespace Scoring.Service;

/// <summary>Binds the RPCs by hand, because their hot messages are pooled and not the generated ones.</summary>
internal sealed class ScoringMethodProvider(ScoringMethods methods) : IServiceMethodProvider<ScoringEndpoint>
{
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<ScoringEndpoint> context)
    {
        context.AddUnaryMethod(methods.Score, [], (endpoint, request, call) => endpoint.Score(request, call));
        // The stream's messages are read and written without gRPC's own reader and writer: see RequestFrames.
        context.AddDuplexStreamingMethod(methods.ScoreStream, [], (endpoint, _, _, call) => endpoint.ScoreStream(call));
        context.AddUnaryMethod(methods.ListHeads, [], (endpoint, request, call) => endpoint.ListHeads(request, call));
    }
}
