using System.Reflection;
using Grpc.Core;
using Inference;
using Microsoft.Extensions.Options;
using Scoring.Heads;
using Scoring.Protocol;
using Scoring.Service.Calls;
using Scoring.Service.Connections;
using Scoring.Service.Heads;
using Scoring.Service.Security;
using Scoring.Service.Settings;
using Scoring.Service.Streaming;

namespace Scoring.Service.OpenInference;

/// <summary>The RPCs of <c>inference.GRPCInferenceService</c>: another way to the same batches and kernels.</summary>
internal sealed class InferenceEndpoint(
    MessageCalls calls, Callers callers, InferenceCounters counters, HeadRegistry heads, LargeAnswers largeAnswers, RequestPlanner planner,
    Readiness readiness, IOptions<LimitSettings> limits)
{
    /// <summary>About what one of many models takes in an answer, as a message and as its bytes.</summary>
    private const long BytesOfModel = 512;

    private static readonly string ServerVersion =
        typeof(InferenceEndpoint).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    private readonly InferenceMessageCodec _codec = new(counters);

    private bool IsReady => readiness.IsReady;

    public async Task<PooledScoreResponse> ModelInfer(PooledScoreRequest request, ServerCallContext context)
    {
        var response = await calls.ScoreAsync(request, _codec, context);
        counters.Count(response);
        return response.Error is null ? response : throw CallStatus.Refusal(response.Error);
    }

    public Task ModelStreamInfer(ServerCallContext context) => calls.ScoreStream(context, _codec);

    public static Task<ServerLiveResponse> ServerLive(ServerLiveRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerLiveResponse { Live = true });

    public Task<ServerReadyResponse> ServerReady(ServerReadyRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerReadyResponse { Ready = IsReady });

    public Task<ModelReadyResponse> ModelReady(ModelReadyRequest request, ServerCallContext context) => Task.FromResult(new ModelReadyResponse
    {
        Ready = IsReady && FindHead(request.Name, request.Version, callers.Of(context), out _) is null,
    });

    public Task<ServerMetadataResponse> ServerMetadata(ServerMetadataRequest request, ServerCallContext context)
    {
        callers.Admit(context);
        var response = new ServerMetadataResponse { Name = InferenceModel.Platform, Version = ServerVersion };
        response.Extensions.Add(["classification", "model_configuration", "model_repository", "statistics"]);
        return Task.FromResult(response);
    }

    public Task<ModelMetadataResponse> ModelMetadata(ModelMetadataRequest request, ServerCallContext context) =>
        Task.FromResult(InferenceModel.Metadata(Head(request.Name, request.Version, callers.Admit(context))));

    public Task<ModelConfigResponse> ModelConfig(ModelConfigRequest request, ServerCallContext context) =>
        Task.FromResult(new ModelConfigResponse
        {
            Config = InferenceModel.Config(
            Head(request.Name, request.Version, callers.Admit(context)), limits.Value.Rows)
        });

    public async Task<ModelStatisticsResponse> ModelStatistics(ModelStatisticsRequest request, ServerCallContext context)
    {
        var caller = callers.Admit(context);
        var asked = request.Name.Length == 0 ? caller.HeadsOf(heads.Current) : [Head(request.Name, request.Version, caller)];
        await largeAnswers.BeginAsync(asked.Count * BytesOfModel, context);
        var response = new ModelStatisticsResponse();
        response.ModelStats.AddRange(asked.Select(counters.Of));
        return response;
    }

    public async Task<RepositoryIndexResponse> RepositoryIndex(RepositoryIndexRequest request, ServerCallContext context)
    {
        var asked = callers.Admit(context).HeadsOf(heads.Current);
        await largeAnswers.BeginAsync(asked.Count * BytesOfModel, context);
        var response = new RepositoryIndexResponse();
        response.Models.AddRange(asked.Select(head => new RepositoryIndexResponse.Types.ModelIndex
        {
            Name = head.Name,
            Version = InferenceModel.Version(head),
            State = "READY",
        }));
        return response;
    }

    private HeadDefinition Head(string name, string version, Caller caller) =>
        FindHead(name, version, caller, out var head) is { } error ? throw CallStatus.Refusal(error) : head;

    private V1.Error? FindHead(string name, string version, Caller caller, out HeadDefinition head) =>
        planner.FindHead(name, caller, out head) ?? InferenceChecker.CheckModel(name, version, head);
}
