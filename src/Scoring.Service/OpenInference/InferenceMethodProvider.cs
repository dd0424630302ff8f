using Grpc.AspNetCore.Server.Model;
using Scoring.Protocol.OpenInference;

namespace Scoring.Service.OpenInference;

/// <summary>Binds the RPCs of the Open Inference Protocol: the two hot ones with pooled messages, the others with the generated ones.</summary>
internal sealed class InferenceMethodProvider(InferenceMethods methods) : IServiceMethodProvider<InferenceEndpoint>
{
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<InferenceEndpoint> context)
    {
        context.AddUnaryMethod(methods.ModelInfer, [], (endpoint, request, call) => endpoint.ModelInfer(request, call));
        // As in ScoringMethodProvider, without gRPC's own reader and writer.
        context.AddDuplexStreamingMethod(methods.ModelStreamInfer, [], (endpoint, _, _, call) => endpoint.ModelStreamInfer(call));
        context.AddUnaryMethod(methods.ServerLive, [], (_, request, call) => InferenceEndpoint.ServerLive(request, call));
        context.AddUnaryMethod(methods.ServerReady, [], (endpoint, request, call) => endpoint.ServerReady(request, call));
        context.AddUnaryMethod(methods.ModelReady, [], (endpoint, request, call) => endpoint.ModelReady(request, call));
        context.AddUnaryMethod(methods.ServerMetadata, [], (endpoint, request, call) => endpoint.ServerMetadata(request, call));
        context.AddUnaryMethod(methods.ModelMetadata, [], (endpoint, request, call) => endpoint.ModelMetadata(request, call));
        context.AddUnaryMethod(methods.ModelConfig, [], (endpoint, request, call) => endpoint.ModelConfig(request, call));
        context.AddUnaryMethod(methods.ModelStatistics, [], (endpoint, request, call) => endpoint.ModelStatistics(request, call));
        context.AddUnaryMethod(methods.RepositoryIndex, [], (endpoint, request, call) => endpoint.RepositoryIndex(request, call));
    }
}
