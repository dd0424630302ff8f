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

    /// <summary>The streams of the connection that a call is of, of which only the count may be asked for on other threads than Kestrel's.</summary>
    /// <exception cref="MissingMemberException">Another Kestrel has them elsewhere.</exception>
    public static ICollection Of(IHttp2StreamIdFeature stream)
    {
        var context = Field(stream, "_context");
        var connection = context.GetType().GetProperty("StreamLifetimeHandler", Any)?.GetValue(context);
        return connection is null
            ? throw new MissingMemberException("Kestrel's streams do not know their connection")
            : (ICollection)Field(connection, "_streams");
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
