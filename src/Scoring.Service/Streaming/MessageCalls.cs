using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Scoring.Protocol;
using Scoring.Service.Connections;
using Scoring.Service.Security;
using Scoring.Service.Settings;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Streaming;

/// <summary>What calls of any protocol do with their messages once those are read.</summary>
internal sealed class MessageCalls(
    MessagePool pool,
    RequestPlanner planner,
    Callers callers,
    IOptions<LimitSettings> limits,
    IOptions<BatchSettings> batchSettings,
    OpenStreams streams,
    TelemetryFactory telemetry,
    FailureLog failures,
    StreamWatches watches,
    TimeProvider time)
{
    /// <summary>Scores the one message of a call, as a batch of one. Its memory is the call's until the answer is on the wire.</summary>
    public ValueTask<PooledScoreResponse> ScoreAsync(PooledScoreRequest request, IMessageCodec codec, ServerCallContext context)
    {
        var batch = new RowBatch(batchSettings.Value, codec, planner, callers.Of(context), pool, time, failures);
        var http = context.GetHttpContext();
        var told = telemetry.HasListeners ? telemetry.Create(batch) : null;
        var memory = CallMemory.Of(http);
        if (told is not null)
        {
            // What is registered last goes first: the batch's clock has stopped by the time it is told of.
            http.Response.RegisterForDispose(told);
            http.Response.RegisterForDispose(batch);
        }

        memory.Watch?.HasMessage();
        batch.Begin();
        memory.Content = told is null ? batch : null;
        var response = batch.Add(request);
        response.Error = memory.Admit(batch.Bytes) ?? response.Error;
        if (batch.IsLarge)
        {
            response.Error ??= memory.TryHoldAnswers(batch.AnswerBytes());
        }

        return memory.Turns is { } turns && turns.AreNeeded(batch.IsLong)
            ? ScoreAsync(turns, batch, response, memory, told, context.CancellationToken)
            : ValueTask.FromResult(Score(batch, response, memory, told));
    }

    private static async ValueTask<PooledScoreResponse> ScoreAsync(
        CallTurns turns, RowBatch batch, PooledScoreResponse response, CallMemory memory, BatchTelemetry? told, CancellationToken gone)
    {
        batch.Close();
        await turns.Next(gone);
        return Score(batch, response, memory, told);
    }

    private static PooledScoreResponse Score(RowBatch batch, PooledScoreResponse response, CallMemory memory, BatchTelemetry? told)
    {
        batch.Score(memory, told);
        batch.HandOver();
        memory.Watch?.WaitsForReader();
        return response;
    }

    /// <summary>Scores the messages of a stream, straight from the transport's pipes, until it ends.</summary>
    public Task ScoreStream(ServerCallContext context, IMessageCodec codec)
    {
        var http = context.GetHttpContext();
        streams.Add(http.Response);
        var connection = http.Features.GetRequiredFeature<OpenConnection>();
        return Loop(http, CallMemory.Of(http), codec, callers.Of(context), isTold: true).RunAsync(
            context.CancellationToken, streams.Ending, connection.Ending);
    }

    /// <summary>What scores the messages of a stream.</summary>
    /// <param name="http">The stream's call.</param>
    /// <param name="memory">The call's.</param>
    /// <param name="codec">The protocol's.</param>
    /// <param name="caller">Whose call it is.</param>
    /// <param name="isTold">Whether it counts in metrics, and is traced.</param>
    public ScoreStreamLoop Loop(HttpContext http, CallMemory memory, IMessageCodec codec, Caller caller, bool isTold)
    {
        var batch = new RowBatch(batchSettings.Value, codec, planner, caller, pool, time, failures);
        var compression = new MessageCompression(http.Request.Headers[MessageCompression.Header], limits.Value.MessageBytes);
        var requests = new RequestFrames(http.Request.BodyReader, pool, codec, compression, limits.Value.MessageBytes);
        var responses = new ResponseFrames(http.Response.BodyWriter, codec);
        var watch = watches.Create(http, memory, isStream: true);
        return new ScoreStreamLoop(batch, isTold ? telemetry.Create(batch) : null, memory, requests, responses, watch, failures);
    }
}
