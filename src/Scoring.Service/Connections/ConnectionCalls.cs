using System.Collections;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Scoring.Service.Connections;

/// <summary>The calls of one connection of HTTP/2, as Kestrel counts them.</summary>
internal sealed class ConnectionCalls
{
    /// <summary>Half of the least that Kestrel's queue has room for.</summary>
    private const int ScheduledAtATime = 50;

    private object? _connection;
    private ICollection? _streams;
    private int _counted;
    private int _mostHeaders;

    /// <summary>What they hold of their own, each as much as the one with the longest headers of them so far.</summary>
    public long Bytes => (long)Count * (OpenCalls.BytesOfCall + (Volatile.Read(ref _mostHeaders) * sizeof(char)));

    private int Count => _streams?.Count ?? 0;

    /// <summary>Takes note of a call, and of the size of its headers; how many there are more than at the last count.</summary>
    public int Add(IHttp2StreamIdFeature stream, out int headers)
    {
        if (_streams is null)
        {
            (_connection, _streams) = KestrelStreams.Of(stream);
        }

        headers = KestrelStreams.HeaderSize(stream);
        if (headers > Volatile.Read(ref _mostHeaders))
        {
            Volatile.Write(ref _mostHeaders, headers);
        }

        return CountAgain();
    }

    /// <summary>How many there are more than at the last count, or fewer.</summary>
    public int CountAgain()
    {
        var count = Count;
        return count - Interlocked.Exchange(ref _counted, count);
    }

    /// <summary>The client is gone: what calls there are yet are to end, though Kestrel may have forgotten them.</summary>
    public void ScheduleAgain()
    {
        if (Count > 0)
        {
            KestrelStreams.ScheduleAgain(_connection!, _streams!, ScheduledAtATime);
        }
    }

    /// <summary>The connection is closed; how many were counted.</summary>
    public int Clear() => Interlocked.Exchange(ref _counted, 0);
}
