using Scoring.Protocol.Buffers;

namespace Scoring.Protocol;

/// <summary>Where pooled messages and their buffers come from and go back to. One for each server, and one for each client.</summary>
internal sealed class MessagePool
{
    /// <summary>Message objects kept for use again; small, and never more than were in flight at once.</summary>
    private const int MaxIdleMessages = 4096;

    private readonly FreeList<PooledScoreRequest> _requests = new(MaxIdleMessages);
    private readonly FreeList<PooledScoreResponse> _responses = new(MaxIdleMessages);

    /// <param name="maxIdleBytes">The most that idle buffers may hold together.</param>
    /// <param name="isNative">
    /// Whether large buffers are outside the garbage collector's heap: for those whose messages never leave their own code.
    /// </param>
    public MessagePool(long maxIdleBytes, bool isNative = false)
    {
        Buffers = new BufferPool(maxIdleBytes, isNative);
    }

    public BufferPool Buffers { get; }

    public PooledScoreRequest RentRequest()
    {
        if (!_requests.TryTake(out var request))
        {
            return new PooledScoreRequest(_requests, Buffers);
        }

        request.MarkInUse();
        return request;
    }

    public PooledScoreResponse RentResponse()
    {
        if (!_responses.TryTake(out var response))
        {
            return new PooledScoreResponse(_responses, Buffers);
        }

        response.MarkInUse();
        return response;
    }
}
