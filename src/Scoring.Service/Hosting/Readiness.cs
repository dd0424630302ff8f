using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Scoring.Service.Hosting;

/// <summary>Ready from the moment the server listens, which is after the warm-up, until the service begins to stop.</summary>
internal sealed class Readiness(OpenStreams streams) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(streams.Stopping.IsCancellationRequested ? HealthCheckResult.Unhealthy("stopping") : HealthCheckResult.Healthy());
}
