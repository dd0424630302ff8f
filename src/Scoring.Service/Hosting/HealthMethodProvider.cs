using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Grpc.Health.V1;
using Scoring.Protocol;

namespace Scoring.Service.Hosting;

/// <summary>
/// Binds the RPCs of health so that a message which cannot be read is its client's mistake: by the generated binding it is a fault of the service.
/// </summary>
internal sealed class HealthMethodProvider : IServiceMethodProvider<HealthEndpoint>
{
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<HealthEndpoint> context)
    {
        context.AddUnaryMethod(
            Method(MethodType.Unary, nameof(HealthEndpoint.Check)), [], (endpoint, request, call) => endpoint.Check(request, call));
        context.AddServerStreamingMethod(
            Method(MethodType.ServerStreaming, nameof(HealthEndpoint.Watch)), [],
            (endpoint, request, responses, call) => endpoint.Watch(request, responses, call));
    }

    private static Method<HealthCheckRequest, HealthCheckResponse> Method(MethodType type, string name) => new(
        type,
        Health.Descriptor.FullName,
        name,
        ScoringMethods.ControlRequest(HealthCheckRequest.Parser),
        ScoringMethods.Generated(HealthCheckResponse.Parser, StatusCode.Internal));
}
