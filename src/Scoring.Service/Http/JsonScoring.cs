using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using Scoring.Protocol;
using Scoring.V1;

namespace Scoring.Service.Http;

/// <summary>
/// The RPCs that JSON serves, on generated messages because that is what the transcoding knows. They go the way of all others: through the codec into
/// pooled messages, and on to <see cref="ScoringEndpoint"/>.
/// </summary>
internal sealed class JsonScoring(MessagePool pool, ScoringEndpoint endpoint) : ScoringService.ScoringServiceBase
{
    /// <summary>The trailer whose <c>google.rpc.Status</c> is what a refused call answers.</summary>
    private const string StatusTrailer = "grpc-status-details-bin";

    public override async Task<ScoreResponse> Score(ScoreRequest request, ServerCallContext context)
    {
        var pooled = pool.RentRequest();
        MessageInbox.Current.Put(pooled);
        ScoreRequestCodec.Read(new ReadOnlySequence<byte>(request.ToByteArray()), pooled);
        try
        {
            var response = await endpoint.Score(pooled, context);
            var bytes = new ArrayBufferWriter<byte>();
            ScoreResponseCodec.Write(response, bytes);
            return ScoreResponse.Parser.ParseFrom(bytes.WrittenSpan);
        }
        catch (RpcException refused) when (refused.Trailers.GetValueBytes(ScoringMethods.ErrorTrailer) is { } error)
        {
            var status = JsonRefusal.Status(Error.Parser.ParseFrom(error));
            throw new RpcException(refused.Status, new Metadata { { StatusTrailer, status.ToByteArray() } });
        }
    }

    public override Task<ListHeadsResponse> ListHeads(ListHeadsRequest request, ServerCallContext context) => endpoint.ListHeads(request, context);
}
