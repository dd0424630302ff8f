using Microsoft.Extensions.Options;
using Scoring.Protocol;
using Scoring.Service;
using Scoring.Service.Calls;
using Scoring.Service.Evaluation;
using Scoring.Service.Hosting;
using Scoring.Service.Http;
using Scoring.Service.OpenInference;
using Scoring.Service.Security;
using Scoring.Service.Settings;
using Scoring.Service.Streaming;
using Scoring.Service.Telemetry;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts the scoring service where clients reach it.</summary>
public static class ScoringEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps <c>scoring.v1.ScoringService</c>, in gRPC and JSON, <c>inference.GRPCInferenceService</c>, <c>grpc.health.v1.Health</c> and server
    /// reflection.
    /// </summary>
    public static void MapScoring(this IEndpointRouteBuilder endpoints)
    {
        // Nobody asks for the instruments, so nobody else would make them; and the threads of what takes long are to be there from the start.
        endpoints.ServiceProvider.GetRequiredService<ScoringMetrics>();
        endpoints.ServiceProvider.GetRequiredService<LongWork>();
        endpoints.ServiceProvider.GetRequiredService<LargeAnswers>();
        endpoints.ServiceProvider.GetRequiredService<LongMessages>();
        IEndpointConventionBuilder[] scoring =
        [
            endpoints.MapGrpcService<ScoringEndpoint>(), endpoints.MapGrpcService<EvaluationEndpoint>(),
            endpoints.MapGrpcService<InferenceEndpoint>(),
            endpoints.MapJsonScoring(),
        ];
        var reflection = endpoints.MapGrpcService<ReflectionEndpoint>();
        if (endpoints.ServiceProvider.GetRequiredService<CallerAuthentication>().Any)
        {
            foreach (var service in scoring.Append(reflection))
            {
                service.RequireAuthorization(Credentials.Any);
            }
        }

        // Probes have no credentials.
        var health = endpoints.MapGrpcService<HealthEndpoint>();
        var counted = endpoints.ServiceProvider.GetRequiredService<CountedCalls>();
        var messageBytes = endpoints.ServiceProvider.GetRequiredService<IOptions<LimitSettings>>().Value.MessageBytes;
        foreach (var service in scoring)
        {
            service.Add(endpoint => endpoint.Metadata.Add(new MessageLimit(messageBytes)));
            service.Add(counted.Surround);
        }

        foreach (var service in new IEndpointConventionBuilder[] { reflection, health })
        {
            service.Add(endpoint => endpoint.Metadata.Add(new MessageLimit(ScoringMethods.MaxControlBytes)));
            service.Add(counted.Surround);
        }
    }
}
