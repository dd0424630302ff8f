using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Scoring.FunctionalTests.Infrastructure;

/// <summary>Counts the calls that go through it, by the name of the RPC, and may break them before they are sent.</summary>
internal sealed class CallHandler : DelegatingHandler
{
    private readonly ConcurrentDictionary<string, int> _calls = new();

    /// <summary>How many calls are still to break as if nothing listened.</summary>
    public int ToBreak { get; set; }

    /// <summary>Called with the answer to each call, as soon as its headers are there.</summary>
    public Action? Answered { get; init; }

    public int CallsOf(string rpc) => _calls.GetValueOrDefault(rpc);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        _calls.AddOrUpdate(request.RequestUri!.Segments[^1], 1, (_, calls) => calls + 1);
        if (ToBreak-- > 0)
        {
            throw new HttpRequestException("nothing listens", new SocketException((int)SocketError.ConnectionRefused));
        }

        var response = await base.SendAsync(request, cancellationToken);
        Answered?.Invoke();
        return response;
    }
}
