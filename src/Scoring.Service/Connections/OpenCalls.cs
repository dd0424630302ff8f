using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Connections;

/// <summary>
/// Bounds what calls hold of their own: little, unless their headers are long, which HTTP/2 lets a client repeat in a few bytes for each of its
/// calls. A call counts from its headers on, before anybody has asked who calls, until its answer is sent.
/// </summary>
internal sealed class OpenCalls(ConnectionCutter cutter, ILogger<OpenCalls> logger)
{
    /// <summary>About what the transport, ASP.NET and gRPC hold of a call.</summary>
    public const int BytesOfCall = 12 << 10;

    /// <summary>The most that the headers of a call may be together, which is as much as gRPC's own servers take.</summary>
    public const int MostHeaders = 16 << 10;

    /// <summary>Whether this Kestrel tells what streams it has.</summary>
    private volatile bool _isKnown = true;

    /// <summary>Called at the beginning of each call of HTTP/2; the size of its headers, or 0 where this Kestrel does not tell.</summary>
    public int Enter(ConnectionCalls calls, IHttp2StreamIdFeature stream)
    {
        if (_isKnown)
        {
            try
            {
                cutter.Count(calls, stream, out var headers);
                return headers;
            }
            catch (Exception exception) when (exception is MissingMemberException or TypeLoadException)
            {
                if (_isKnown)
                {
                    Log.KestrelUnknown(logger, exception.Message, "what calls hold of their own, with their headers, has no bound");
                }

                _isKnown = false;
            }
        }

        return 0;
    }
}
