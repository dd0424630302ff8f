using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using Scoring.Protocol.Wire;
using Scoring.V1;

namespace Scoring.Protocol;

/// <summary>
/// The RPCs as gRPC's transport knows them. The two hot ones carry pooled messages, which whoever receives them disposes;
/// the others carry generated ones.
/// </summary>
internal sealed class ScoringMethods
{
    public const string ServiceName = "scoring.v1.ScoringService";

    /// <summary>A trailer of Score that carries the Error which ScoreStream would have answered.</summary>
    public const string ErrorTrailer = "scoring-error-bin";

    /// <summary>Bytes of a request that asks about the service.</summary>
    public const int MaxControlBytes = 16 << 10;

    private readonly MessagePool _pool;

    public ScoringMethods(MessagePool pool)
    {
        _pool = pool;
        var request = Marshallers.Create<PooledScoreRequest>(WriteRequest, ReadRequest);
        var response = Marshallers.Create<PooledScoreResponse>(WriteResponse, ReadResponse);

        Score = new(MethodType.Unary, ServiceName, nameof(Score), request, response);
        ScoreStream = new(MethodType.DuplexStreaming, ServiceName, nameof(ScoreStream), request, response);
        var evaluation = Generated(EvaluateResponse.Parser, StatusCode.Internal);
        var calibration = Generated(CalibrateResponse.Parser, StatusCode.Internal);
        var rows = Generated(EvaluateRequest.Parser, StatusCode.InvalidArgument);
        Evaluate = new(MethodType.ClientStreaming, ServiceName, nameof(Evaluate), rows, evaluation);
        Calibrate = new(MethodType.ClientStreaming, ServiceName, nameof(Calibrate), rows, calibration);
        var pooledRows = Marshallers.Create<PooledScoreRequest>(
            (_, _) => throw new NotSupportedException("Clients send the generated message."), ReadRows);
        ServedEvaluate = new(MethodType.ClientStreaming, ServiceName, nameof(Evaluate), pooledRows, evaluation);
        ServedCalibrate = new(MethodType.ClientStreaming, ServiceName, nameof(Calibrate), pooledRows, calibration);
        ListHeads = new(
            MethodType.Unary, ServiceName, nameof(ListHeads), ControlRequest(ListHeadsRequest.Parser), Generated(
                ListHeadsResponse.Parser, StatusCode.Internal));
    }

    public Method<PooledScoreRequest, PooledScoreResponse> Score { get; }

    public Method<PooledScoreRequest, PooledScoreResponse> ScoreStream { get; }

    public Method<EvaluateRequest, EvaluateResponse> Evaluate { get; }

    public Method<EvaluateRequest, CalibrateResponse> Calibrate { get; }

    /// <summary>Evaluate as a server has it, whose messages lie in pooled memory.</summary>
    public Method<PooledScoreRequest, EvaluateResponse> ServedEvaluate { get; }

    /// <summary>Calibrate as a server has it.</summary>
    public Method<PooledScoreRequest, CalibrateResponse> ServedCalibrate { get; }

    public Method<ListHeadsRequest, ListHeadsResponse> ListHeads { get; }

    private PooledScoreRequest ReadRequest(DeserializationContext context) => Read(context, nameof(ScoreRequest), ScoreRequestCodec.Read);

    private PooledScoreRequest ReadRows(DeserializationContext context) => Read(context, nameof(EvaluateRequest), EvaluateRequestCodec.Read);

    private PooledScoreRequest Read(DeserializationContext context, string message, Action<ReadOnlySequence<byte>, PooledScoreRequest> read)
    {
        var request = _pool.RentRequest();
        try
        {
            read(context.PayloadAsReadOnlySequence(), request);
            MessageHandoff.Put(request);
            return request;
        }
        catch (Exception exception)
        {
            request.Dispose();
            throw Malformed(exception, message, StatusCode.InvalidArgument);
        }
    }

    private PooledScoreResponse ReadResponse(DeserializationContext context)
    {
        var response = _pool.RentResponse();
        try
        {
            ScoreResponseCodec.Read(context.PayloadAsReadOnlySequence(), response);
            return response;
        }
        catch (Exception exception)
        {
            response.Dispose();
            throw Malformed(exception, nameof(ScoreResponse), StatusCode.Internal);
        }
    }

    private static void WriteRequest(PooledScoreRequest request, SerializationContext context)
    {
        context.SetPayloadLength(ScoreRequestCodec.Size(request));
        ScoreRequestCodec.Write(request, context.GetBufferWriter());
        context.Complete();
    }

    private static void WriteResponse(PooledScoreResponse response, SerializationContext context)
    {
        context.SetPayloadLength(ScoreResponseCodec.Size(response));
        ScoreResponseCodec.Write(response, context.GetBufferWriter());
        context.Complete();
    }

    /// <summary>What to throw for what reading a message's bytes threw.</summary>
    public static Exception Malformed(Exception exception, string message, StatusCode status) =>
        exception is MalformedMessageException ? new RpcException(new Status(status, $"Not a {message}: {exception.Message}.")) : exception;

    /// <summary>
    /// Of a request that asks about the service, with a name or two at most. The generated message keeps whatever it is sent, many times as large as
    /// it came; so it may not be large.
    /// </summary>
    public static Marshaller<T> ControlRequest<T>(MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        var generated = Generated(parser, StatusCode.InvalidArgument);
        return Marshallers.Create(generated.ContextualSerializer, context => context.PayloadLength <= MaxControlBytes
            ? generated.ContextualDeserializer(context)
            : throw new RpcException(
                new Status(StatusCode.ResourceExhausted, $"a {typeof(T).Name} of {context.PayloadLength} bytes; the limit is {MaxControlBytes}")));
    }

    /// <summary>Of a generated message.</summary>
    public static Marshaller<T> Generated<T>(MessageParser<T> parser, StatusCode malformed)
        where T : class, IMessage<T> => Marshallers.Create(
            (message, context) =>
            {
                context.SetPayloadLength(message.CalculateSize());
                message.WriteTo(context.GetBufferWriter());
                context.Complete();
            },
            context =>
            {
                try
                {
                    return parser.ParseFrom(context.PayloadAsReadOnlySequence());
                }
                catch (InvalidProtocolBufferException exception)
                {
                    throw new RpcException(new Status(malformed, $"The bytes are no {typeof(T).Name}: {exception.Message}"));
                }
            });
}
