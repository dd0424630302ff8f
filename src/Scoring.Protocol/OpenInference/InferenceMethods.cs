using Google.Protobuf;
using Grpc.Core;
using Inference;

namespace Scoring.Protocol.OpenInference;

/// <summary>
/// The RPCs of the Open Inference Protocol as gRPC's transport knows them. The two hot ones carry pooled messages, the others generated ones.
/// </summary>
internal sealed class InferenceMethods
{
    private readonly MessagePool _pool;

    public InferenceMethods(MessagePool pool)
    {
        _pool = pool;
        var service = GRPCInferenceService.Descriptor.FullName;
        var request = Marshallers.Create<PooledScoreRequest>(WriteRequest, ReadRequest);
        var response = Marshallers.Create<PooledScoreResponse>(WriteResponse, ReadResponse);
        ModelInfer = new(MethodType.Unary, service, nameof(ModelInfer), request, response);
        ModelStreamInfer = new(MethodType.DuplexStreaming, service, nameof(ModelStreamInfer), request, response);
    }

    public Method<PooledScoreRequest, PooledScoreResponse> ModelInfer { get; }

    public Method<PooledScoreRequest, PooledScoreResponse> ModelStreamInfer { get; }

    public Method<ServerLiveRequest, ServerLiveResponse> ServerLive { get; } = Plain(
        nameof(ServerLive), ServerLiveRequest.Parser, ServerLiveResponse.Parser);

    public Method<ServerReadyRequest, ServerReadyResponse> ServerReady { get; } = Plain(
        nameof(ServerReady), ServerReadyRequest.Parser, ServerReadyResponse.Parser);

    public Method<ModelReadyRequest, ModelReadyResponse> ModelReady { get; } = Plain(
        nameof(ModelReady), ModelReadyRequest.Parser, ModelReadyResponse.Parser);

    public Method<ServerMetadataRequest, ServerMetadataResponse> ServerMetadata { get; } = Plain(
        nameof(ServerMetadata), ServerMetadataRequest.Parser, ServerMetadataResponse.Parser);

    public Method<ModelMetadataRequest, ModelMetadataResponse> ModelMetadata { get; } = Plain(
        nameof(ModelMetadata), ModelMetadataRequest.Parser, ModelMetadataResponse.Parser);

    public Method<ModelConfigRequest, ModelConfigResponse> ModelConfig { get; } = Plain(
        nameof(ModelConfig), ModelConfigRequest.Parser, ModelConfigResponse.Parser);

    public Method<ModelStatisticsRequest, ModelStatisticsResponse> ModelStatistics { get; } = Plain(
        nameof(ModelStatistics), ModelStatisticsRequest.Parser, ModelStatisticsResponse.Parser);

    public Method<RepositoryIndexRequest, RepositoryIndexResponse> RepositoryIndex { get; } = Plain(
        nameof(RepositoryIndex), RepositoryIndexRequest.Parser, RepositoryIndexResponse.Parser);

    private static Method<TRequest, TResponse> Plain<TRequest, TResponse>(
        string name, MessageParser<TRequest> requests, MessageParser<TResponse> responses)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> => new(
            MethodType.Unary,
            GRPCInferenceService.Descriptor.FullName,
            name,
            ScoringMethods.ControlRequest(requests),
            ScoringMethods.Generated(responses, StatusCode.Internal));

    private PooledScoreRequest ReadRequest(DeserializationContext context)
    {
        var request = _pool.RentRequest();
        try
        {
            InferenceRequestCodec.Read(context.PayloadAsReadOnlySequence(), request);
            MessageHandoff.Put(request);
            return request;
        }
        catch (Exception exception)
        {
            request.Dispose();
            throw ScoringMethods.Malformed(exception, nameof(ModelInferRequest), StatusCode.InvalidArgument);
        }
    }

    private PooledScoreResponse ReadResponse(DeserializationContext context)
    {
        var response = _pool.RentResponse();
        try
        {
            InferenceResponseCodec.Read(context.PayloadAsReadOnlySequence(), response);
            return response;
        }
        catch (Exception exception)
        {
            response.Dispose();
            throw ScoringMethods.Malformed(exception, nameof(ModelStreamInferResponse), StatusCode.Internal);
        }
    }

    private static void WriteRequest(PooledScoreRequest request, SerializationContext context)
    {
        context.SetPayloadLength(InferenceRequestCodec.Size(request));
        InferenceRequestCodec.Write(request, context.GetBufferWriter());
        context.Complete();
    }

    private static void WriteResponse(PooledScoreResponse response, SerializationContext context)
    {
        context.SetPayloadLength(InferenceResponseCodec.Size(response));
        InferenceResponseCodec.Write(response, context.GetBufferWriter());
        context.Complete();
    }
}
