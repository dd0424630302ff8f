using Grpc.Core;
using Grpc.Reflection;
using Alpha = Grpc.Reflection.V1Alpha;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;
using Stable = Grpc.Reflection.V1;

namespace Scoring.Service.Hosting;

/// <summary>
/// Server reflection in both of its versions, <c>grpc.reflection.v1.ServerReflection</c> and <c>grpc.reflection.v1alpha.ServerReflection</c>: gRPC's
/// own answers.
/// </summary>
/// <param name="served">What is described.</param>
internal sealed class ReflectionEndpoint(IReadOnlyList<ServiceDescriptor> served)
{
    private readonly ReflectionV1ServiceImpl _service = new(served);
    private readonly ReflectionServiceImpl _alpha = new(served);

    public Task Info(
        IAsyncStreamReader<Stable.ServerReflectionRequest> requests, IServerStreamWriter<Stable.ServerReflectionResponse> responses,
        ServerCallContext context) => _service.ServerReflectionInfo(requests, responses, context);

    public Task Info(
        IAsyncStreamReader<Alpha.ServerReflectionRequest> requests, IServerStreamWriter<Alpha.ServerReflectionResponse> responses,
        ServerCallContext context) => _alpha.ServerReflectionInfo(requests, responses, context);
}
