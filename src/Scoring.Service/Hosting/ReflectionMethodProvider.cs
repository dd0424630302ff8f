using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Scoring.Protocol;
using Alpha = Grpc.Reflection.V1Alpha;
using Stable = Grpc.Reflection.V1;

namespace Scoring.Service.Hosting;

/// <summary>Binds server reflection to the same end as <see cref="HealthMethodProvider"/> binds health.</summary>
internal sealed class ReflectionMethodProvider : IServiceMethodProvider<ReflectionEndpoint>
{
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<ReflectionEndpoint> context)
    {
        context.AddDuplexStreamingMethod(
            Method(Stable.ServerReflection.Descriptor.FullName, Stable.ServerReflectionRequest.Parser, Stable.ServerReflectionResponse.Parser), [],
            (endpoint, requests, responses, call) => endpoint.Info(requests, responses, call));
        context.AddDuplexStreamingMethod(
            Method(Alpha.ServerReflection.Descriptor.FullName, Alpha.ServerReflectionRequest.Parser, Alpha.ServerReflectionResponse.Parser), [],
            (endpoint, requests, responses, call) => endpoint.Info(requests, responses, call));
    }

    private static Method<TRequest, TResponse> Method<TRequest, TResponse>(
        string service, MessageParser<TRequest> requests, MessageParser<TResponse> responses)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> => new(
            MethodType.DuplexStreaming,
            service,
            "ServerReflectionInfo",
            ScoringMethods.ControlRequest(requests),
            ScoringMethods.Generated(responses, StatusCode.Internal));
}
