using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Http.Features;
using Scoring.Service.Connections;

namespace Scoring.Service.Security;

/// <summary>
/// Counts the questions of server reflection as messages of their caller: a short one has an answer of kilobytes. The call ends with the streams, so
/// that it does not hold up the end.
/// </summary>
internal sealed class ReflectionLimit(Callers callers, OpenStreams streams) : Interceptor
{
    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        continuation(new Counted<TRequest>(requestStream, callers, streams, context), responseStream, context);

    private sealed class Counted<TRequest>(
        IAsyncStreamReader<TRequest> requests, Callers callers, OpenStreams streams, ServerCallContext context) : IAsyncStreamReader<TRequest>
    {
        public TRequest Current => requests.Current;

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            var connection = context.GetHttpContext().Features.GetRequiredFeature<OpenConnection>();
            using var end = CancellationTokenSource.CreateLinkedTokenSource(streams.Ending, connection.Ending, cancellationToken);
            try
            {
                if (!await requests.MoveNext(end.Token))
                {
                    return false;
                }
            }
            catch (OperationCanceledException) when (streams.Ending.IsCancellationRequested || connection.Ending.IsCancellationRequested)
            {
                throw new RpcException(new Status(StatusCode.Unavailable, "the service is shutting down, or the connection ends; make another call"));
            }

            catch (InvalidOperationException) when (context.CancellationToken.IsCancellationRequested)
            {
                // gRPC's own word for it, where the client has gone before it is asked for more.
                throw new RpcException(new Status(StatusCode.Cancelled, "the client is gone"));
            }

            callers.Admit(context);
            return true;
        }
    }
}
