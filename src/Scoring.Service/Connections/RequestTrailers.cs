using Microsoft.AspNetCore.Http.Features;

namespace Scoring.Service.Connections;

/// <summary>
/// Headers that come after the body of a request, which no client of gRPC sends. Kestrel takes as many as of headers, and keeps them for as long as
/// it has the call.
/// </summary>
internal static class RequestTrailers
{
    /// <summary>Lets go of those of a call whose body has come to its end.</summary>
    public static void Drop(HttpContext http)
    {
        if (http.Features.Get<IHttpRequestTrailersFeature>() is { Available: true, Trailers: { Count: > 0 } trailers })
        {
            trailers.Clear();
        }
    }
}
