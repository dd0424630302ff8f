using Grpc.Core;
using Grpc.Health.V1;
using Scoring.Service.Connections;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Scoring.Service.Hosting;

/// <summary>
/// <c>grpc.health.v1.Health</c>. The service is ready, as a whole (the empty name), as <c>readiness</c> and by the name of each of its services, from
/// the moment it listens, which is after the warm-up, until it begins to stop, but not while it is out of memory. It is live (<c>liveness</c>) for as
/// long as it answers.
/// </summary>
internal sealed class HealthEndpoint(Readiness readiness, OpenStreams streams, IEnumerable<string> services)
{
    private const string Liveness = "liveness";

    private readonly HashSet<string> _names = [string.Empty, Liveness, "readiness", .. services];

    public Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) => _names.Contains(request.Service)
        ? Task.FromResult(new HealthCheckResponse { Status = Status(request.Service) })
        : throw new RpcException(new Status(
            StatusCode.NotFound, $"nothing here has the name '{Quoted.Text(request.Service)}'; there are '{string.Join("', '", _names)}'"));

    /// <summary>Tells the status now, and each change. The call ends with the streams, so that it does not hold up the end.</summary>
    public async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responses, ServerCallContext context)
    {
        var http = context.GetHttpContext();
        RequestTrailers.Drop(http);
        var connection = http.Features.Get<OpenConnection>();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(
            streams.Ending, connection?.Ending ?? CancellationToken.None, context.CancellationToken);
        ServingStatus? told = null;
        bool isLast;
        do
        {
            // Both are taken before the status: a change after it is told in the next round, and the last status of all before the end.
            isLast = end.IsCancellationRequested;
            using var change = readiness.NextChange(end.Token);
            if (Status(request.Service) is var status && status != told && !context.CancellationToken.IsCancellationRequested)
            {
                told = status;
                await responses.WriteAsync(new HealthCheckResponse { Status = status }, context.CancellationToken);
            }

            if (!isLast)
            {
                await Task.Delay(Timeout.Infinite, change.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        while (!isLast);

        if (!context.CancellationToken.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "the service is shutting down, or the connection ends; make another call"));
        }
    }

    private ServingStatus Status(string name) =>
        !_names.Contains(name) ? ServingStatus.ServiceUnknown
        : name != Liveness && !readiness.IsReady ? ServingStatus.NotServing
        : ServingStatus.Serving;
}
