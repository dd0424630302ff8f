using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Scoring.Service.Security;

/// <summary>Counts the questions of server reflection as messages of their caller: a short one has an answer of kilobytes.</summary>
internal sealed class ReflectionLimit(Callers callers) : Interceptor
{
    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        continuation(new Counted<TRequest>(requestStream, callers, context), responseStream, context);

    private sealed class Counted<TRequest>(IAsyncStreamReader<TRequest> requests, Callers callers, ServerCallContext context) : IAsyncStreamReader<TRequest>
    {
        public TRequest Current => requests.Current;

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            var isThere = await requests.MoveNext(cancellationToken);
            if (isThere)
            {
                callers.Admit(context);
            }

            return isThere;
        }
    }
}
