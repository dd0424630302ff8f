using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Scoring.Service.Calls;

namespace Scoring.Service.Http;

/// <summary>Puts the RPCs that have a path in the proto where JSON reaches them.</summary>
internal static class JsonEndpoints
{
    public static void AddJsonScoring(this IServiceCollection services)
    {
        services.TryAddSingleton<JsonScoring>();
        services.TryAddSingleton<JsonBody>();
        services.TryAddSingleton<UnknownPath>();
        services.AddGrpc().AddJsonTranscoding(options =>
        {
            // As the JSON mapping of protobuf has it.
            options.JsonSettings.IgnoreDefaultValues = true;
            options.JsonSettings.WriteInt64sAsStrings = true;
            options.TypeRegistry = StatusDetails.Types;
        });
    }

    public static IEndpointConventionBuilder MapJsonScoring(this IEndpointRouteBuilder endpoints)
    {
        var body = endpoints.ServiceProvider.GetRequiredService<JsonBody>();
        var service = endpoints.MapGrpcService<JsonScoring>();
        service.Add(endpoint =>
        {
            if (endpoint.Metadata.OfType<GrpcJsonTranscodingMetadata>().Any())
            {
                var call = endpoint.RequestDelegate!;
                endpoint.RequestDelegate = context => body.ServeAsync(context, call);
            }
            else
            {
                // The same RPC in gRPC: ScoringEndpoint's is found first.
                ((RouteEndpointBuilder)endpoint).Order = 1;
            }
        });
        return service;
    }
}
