using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using Scoring.Service.Connections;

namespace Scoring.Service.Streaming;

/// <summary>
/// The body of a call, which counts from when it is known of whose memory. It takes its place before anything of the call was looked at: a feature
/// that is replaced later has ASP.NET look all of them up again.
/// </summary>
/// <param name="transport">The transport's own.</param>
/// <param name="connection">What it comes on.</param>
internal sealed class RequestBody(PipeReader transport, OpenConnection connection) : IRequestBodyPipeFeature
{
    public PipeReader Reader => Counted ?? transport;

    public PipeReader Transport => transport;

    public OpenConnection Connection => connection;

    /// <summary>Null until the call has its memory, and in a call that has none.</summary>
    public CountedBody? Counted { get; private set; }

    /// <summary>The connection of a call: found without a search where the body is here already, as it is in a call of HTTP/2.</summary>
    public static OpenConnection ConnectionOf(HttpContext http) =>
        (http.Features.Get<IRequestBodyPipeFeature>() as RequestBody)?.Connection ?? http.Features.GetRequiredFeature<OpenConnection>();

    /// <summary>That of a call; null where its body counts nothing.</summary>
    public static CountedBody? CountedOf(HttpContext http) => (http.Features.Get<IRequestBodyPipeFeature>() as RequestBody)?.Counted;

    public static void Count(HttpContext http, CallMemory memory, int maxMessageBytes, bool keeps)
    {
        var current = http.Features.GetRequiredFeature<IRequestBodyPipeFeature>();
        if (current is not RequestBody body)
        {
            // Not HTTP/2, or gRPC-Web has put a feature of its own in front.
            body = new RequestBody(current.Reader, http.Features.GetRequiredFeature<OpenConnection>());
            http.Features.Set<IRequestBodyPipeFeature>(body);
        }

        body.Counted = new CountedBody(body.Transport, memory, maxMessageBytes, keeps, unpacks: http.Request.Headers.GrpcEncoding.Count > 0);
    }
}
