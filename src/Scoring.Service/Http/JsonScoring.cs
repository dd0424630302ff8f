using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Scoring.Protocol;
using Scoring.Service.Calls;
using Scoring.Service.Settings;
using Scoring.Service.Streaming;
using Scoring.Service.Telemetry;
using Scoring.V1;

namespace Scoring.Service.Http;

/// <summary>
/// The RPCs that JSON serves, on generated messages because that is what the transcoding knows. They go the way of all others: <see cref="JsonBody"/>
/// has read the message, and <see cref="ScoringEndpoint"/> answers.
/// </summary>
internal sealed class JsonScoring(ScoringEndpoint endpoint, LargeAnswers largeAnswers, FailureLog failures) : ScoringService.ScoringServiceBase
{
    /// <summary>The bytes of an answer, twice where their buffer has just doubled, its message, and what there is of its text at once.</summary>
    private const int CopiesOfAnswer = 4;

    /// <param name="request">Empty: what the transcoding has read is nothing.</param>
    /// <param name="context">The call.</param>
    public override Task<ScoreResponse> Score(ScoreRequest request, ServerCallContext context) => AnswerAsync(
        async () =>
        {
            var http = context.GetHttpContext();
            var response = await endpoint.Score(http.Features.GetRequiredFeature<PooledScoreRequest>(), context);
            var size = (long)ScoreResponseCodec.Size(response) * CopiesOfAnswer;
            if (size > LimitSettings.ResponseBufferBytes)
            {
                await largeAnswers.BeginAsync(Math.Min(size, CallMemory.Of(http).MostReserved), context);
            }

            var bytes = new ArrayBufferWriter<byte>();
            ScoreResponseCodec.Write(response, bytes);
            return ScoreResponse.Parser.ParseFrom(bytes.WrittenSpan);
        },
        context);

    public override Task<ListHeadsResponse> ListHeads(ListHeadsRequest request, ServerCallContext context) =>
        AnswerAsync(() => endpoint.ListHeads(request, context), context);

    /// <summary>The transcoding would tell a refusal without its details, and UNKNOWN of all else that is thrown.</summary>
    private async Task<T> AnswerAsync<T>(Func<Task<T>> call, ServerCallContext context)
    {
        try
        {
            return await call();
        }
        catch (RpcException refused)
        {
            throw WithDetails(JsonRefusal.ErrorOf(refused));
        }
        catch (Exception exception) when (!context.CancellationToken.IsCancellationRequested)
        {
            failures.CallFailed(exception, context.Method);
            throw WithDetails(ScoringErrors.Internal($"the service failed in this call: {exception.GetType().Name}"));
        }
    }

    private static RpcException WithDetails(Error error) =>
        new(new Status((StatusCode)error.Code, error.Message), new Metadata { { CallStatus.Details, StatusDetails.Of(error).ToByteArray() } });
}
