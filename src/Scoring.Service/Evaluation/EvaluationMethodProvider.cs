using Grpc.AspNetCore.Server.Model;
using Scoring.Protocol;

namespace Scoring.Service.Evaluation;

/// <summary>Binds the RPCs beside those of <see cref="ScoringMethodProvider"/>: they are of the same service.</summary>
internal sealed class EvaluationMethodProvider(ScoringMethods methods) : IServiceMethodProvider<EvaluationEndpoint>
{
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<EvaluationEndpoint> context)
    {
        context.AddClientStreamingMethod(methods.ServedEvaluate, [], (endpoint, requests, call) => endpoint.Evaluate(requests, call));
        context.AddClientStreamingMethod(methods.ServedCalibrate, [], (endpoint, requests, call) => endpoint.Calibrate(requests, call));
    }
}
