using Grpc.Core;
using Grpc.Health.V1;
using Scoring.Service.Connections;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Scoring.Service.Hosting;

/// <summary>
/// <c>grpc.health.v1.Health</c>. The service is ready, as a whole (the empty name), as <c>readiness</c> and by the name of each of its services, from
/// the moment it listens, which is after the warm-up, until it begins to stop, but not while it is out of memory. It is live (<c>liveness</c>) for as long as it answers.
/// </summary>
internal sealed class HealthEndpoint(Readiness readiness, OpenStreams streams, IEnumerable<string> services) : Health.HealthBase
{
    private const string Liveness = "liveness";

    private readonly HashSet<string> _names = [string.Empty, Liveness, "readiness", .. services];

    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) => _names.Contains(request.Service)
        ? Task.FromResult(new HealthCheckResponse { Status = Status(request.Service) })
        : throw new RpcException(new Status(StatusCode.NotFound, $"nothing here has the name '{Quoted.Text(request.Service)}'; there are '{string.Join("', '", _names)}'"));

    /// <summary>Tells the status now, and each change. The call ends with the streams, so that it does not hold up the end.</summary>
    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responses, ServerCallContext context)
    {
        var told = Status(request.Service);
        await responses.WriteAsync(new HealthCheckResponse { Status = told }, context.CancellationToken);

        using var end = CancellationTokenSource.CreateLinkedTokenSource(streams.Ending, context.CancellationToken);
        while (!end.IsCancellationRequested)
        {
            await readiness.ChangeAsync(end.Token);
            if (Status(request.Service) is var status && status != told && !context.CancellationToken.IsCancellationRequested)
            {
                told = status;
                await responses.WriteAsync(new HealthCheckResponse { Status = status }, context.CancellationToken);
            }
        }

        if (!context.CancellationToken.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "the service is shutting down"));
        }
    }

    private ServingStatus Status(string name) =>
        !_names.Contains(name) ? ServingStatus.ServiceUnknown
        : name != Liveness && !readiness.IsReady ? ServingStatus.NotServing
        : ServingStatus.Serving;
}
