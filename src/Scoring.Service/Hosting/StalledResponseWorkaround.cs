using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Hosting;

/// <summary>
/// Works around a fault of Kestrel's (https://github.com/dotnet/aspnetcore/issues/53736). It uses the object of an HTTP/2 stream again for a later
/// call, and now and then, after an answer that was larger than its client's window, leaves it marked as one that waits for its turn to write. The
/// answer of the later call then never gets its turn, and its client waits for ever. Here each call takes the mark off before it writes: where a turn
/// was due, it then comes twice, which does no harm.
/// </summary>
internal sealed class StalledResponseWorkaround(ILogger<StalledResponseWorkaround> logger) : IStartupFilter
{
    private const string Kestrel = "Microsoft.AspNetCore.Server.Kestrel.Core";
    private const string Internal = Kestrel + ".Internal.";

    /// <summary>Whether this Kestrel has the mark where it is looked for.</summary>
    private volatile bool _isKnown = true;

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(call => http =>
        {
            if (_isKnown && http.Features.Get<IHttp2StreamIdFeature>() is { } stream)
            {
                Release(stream);
            }

            return call(http);
        });
        next(app);
    };

    /// <summary>The mark of the stream that a call of HTTP/2 is.</summary>
    /// <exception cref="MissingMemberException">Another Kestrel does it in another way.</exception>
    public static ref bool Mark(IHttp2StreamIdFeature stream) => ref IsScheduled(Output(stream));

    private void Release(IHttp2StreamIdFeature stream)
    {
        try
        {
            Mark(stream) = false;
        }
        catch (Exception exception) when (exception is MissingMemberException or TypeLoadException)
        {
            if (_isKnown)
            {
                Log.KestrelUnknown(logger, exception.Message, "an answer larger than its client's window may stop another");
            }

            _isKnown = false;
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Output")]
    [return: UnsafeAccessorType(Internal + "Http.IHttpOutputProducer, " + Kestrel)]
    private static extern object Output([UnsafeAccessorType(Internal + "Http.HttpProtocol, " + Kestrel)] object stream);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_isScheduled")]
    private static extern ref bool IsScheduled([UnsafeAccessorType(Internal + "Http2.Http2OutputProducer, " + Kestrel)] object output);
}
