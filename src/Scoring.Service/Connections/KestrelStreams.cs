using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Scoring.Service.Connections;

/// <summary>
/// What Kestrel knows of the HTTP/2 streams of a connection, and tells nobody. It has a stream, with all its headers, from their arrival until the
/// last byte of its answer is sent: also while its caller is not known yet, and after the call has come to its end where the client does not read.
/// </summary>
internal static class KestrelStreams
{
    private const string Kestrel = "Microsoft.AspNetCore.Server.Kestrel.Core";
    private const string Stream = Kestrel + ".Internal.Http2.Http2Stream, " + Kestrel;
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>
    /// The connection that a call is of, and its streams, of which only the count may be asked for on other threads than Kestrel's.
    /// </summary>
    /// <exception cref="MissingMemberException">Another Kestrel has them elsewhere.</exception>
    public static (object Connection, ICollection Streams) Of(IHttp2StreamIdFeature stream)
    {
        var context = Field(stream, "_context");
        var connection = context.GetType().GetProperty("StreamLifetimeHandler", Any)?.GetValue(context)
            ?? throw new MissingMemberException("Kestrel's streams do not know their connection");
        return (connection, (ICollection)Field(connection, "_streams"));
    }

    /// <summary>
    /// Has the connection look again at what its streams have to write, once its client is gone. Where more of them end at a time than Kestrel's
    /// queue has room for, it forgets those that find none (10.0.12: <c>Http2FrameWriter.Schedule</c>), and waits for them for ever. To look twice
    /// is harmless: what is written is passed over.
    /// </summary>
    /// <param name="connection">The connection.</param>
    /// <param name="streams">Its streams.</param>
    /// <param name="most">Streams at a time: less than the queue has room for.</param>
    /// <exception cref="MissingMemberException">Another Kestrel has them elsewhere.</exception>
    public static void ScheduleAgain(object connection, ICollection streams, int most)
    {
        // Not by Kestrel's own method: where the connection has come to its end meanwhile, that calls the queue full, at Critical.
        var queue = Field(Field(connection, "_frameWriter"), "_channel");
        var writer = queue.GetType().GetProperty("Writer", Any)?.GetValue(queue) ?? throw new MissingMemberException(queue.GetType().Name, "Writer");
        var add = writer.GetType().GetMethod("TryWrite", Any) ?? throw new MissingMemberException(writer.GetType().Name, "TryWrite");
        foreach (var stream in ((IDictionary)streams).Values.Cast<object>().Take(most).ToList())
        {
            add.Invoke(writer, [Field(stream, "_http2Output")]);
        }
    }

    /// <summary>The size of the call's headers as HTTP/2 counts them: characters, and 32 for each header.</summary>
    /// <exception cref="MissingMemberException">Another Kestrel has it elsewhere.</exception>
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_TotalParsedHeaderSize")]
    public static extern int HeaderSize([UnsafeAccessorType(Stream)] object stream);

    private static object Field(object owner, string name)
    {
        for (var type = owner.GetType(); type is not null; type = type.BaseType)
        {
            if (type.GetField(name, Any | BindingFlags.DeclaredOnly)?.GetValue(owner) is { } value)
            {
                return value;
            }
        }

        throw new MissingMemberException(owner.GetType().Name, name);
    }
}
