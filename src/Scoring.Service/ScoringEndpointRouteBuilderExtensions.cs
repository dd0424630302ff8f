using Grpc.Reflection;
using Scoring.Protocol;
using Scoring.Service;
using Scoring.Service.Evaluation;
using Scoring.Service.Hosting;
using Scoring.Service.Http;
using Scoring.Service.OpenInference;
using Scoring.Service.Security;
using Scoring.Service.Streaming;
using Scoring.Service.Telemetry;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts the scoring service where clients reach it.</summary>
public static class ScoringEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps <c>scoring.v1.ScoringService</c>, in gRPC and JSON, <c>inference.GRPCInferenceService</c>, <c>grpc.health.v1.Health</c> and server reflection.
    /// </summary>
    public static void MapScoring(this IEndpointRouteBuilder endpoints)
    {
        // Nobody asks for the instruments, so nobody else would make them.
        endpoints.ServiceProvider.GetRequiredService<ScoringMetrics>();
        IEndpointConventionBuilder[] withInbox =
        [
            endpoints.MapGrpcService<ScoringEndpoint>(), endpoints.MapGrpcService<EvaluationEndpoint>(), endpoints.MapGrpcService<InferenceEndpoint>(),
            endpoints.MapJsonScoring(),
        ];
        IEndpointConventionBuilder[] others = [endpoints.MapGrpcService<ReflectionServiceImpl>(), endpoints.MapGrpcService<ReflectionV1ServiceImpl>()];
        foreach (var service in withInbox)
        {
            service.Add(WithInbox);
        }

        if (endpoints.ServiceProvider.GetRequiredService<KnownBy>().Any)
        {
            foreach (var service in withInbox.Concat(others))
            {
                service.RequireAuthorization(Credentials.Any);
            }
        }

        // Probes have no credentials.
        var health = endpoints.MapGrpcService<HealthEndpoint>();
        var counted = endpoints.ServiceProvider.GetRequiredService<CountedCalls>();
        foreach (var service in withInbox.Concat(others).Append(health))
        {
            service.Add(counted.Surround);
        }
    }

    private static void WithInbox(EndpointBuilder endpoint)
    {
        var call = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = async context =>
        {
            using var inbox = MessageInbox.Open();
            await call(context);
        };
    }
}
