using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Scoring.Protocol;
using Scoring.Service.Calls;
using Scoring.Service.Streaming;

namespace Scoring.Service.Http;

/// <summary>
/// Opens a port to what speaks no HTTP/2 in clear text: gRPC-Web, with what browsers ask of a server before they let a page call it, and JSON.
/// </summary>
internal sealed class HttpPort(IOptions<HttpSettings> http, UnknownPath unknown, LongMessages longMessages) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.UseWhen(IsOf, branch => branch
            .Use(LeaveTurnAsync)
            .Use(unknown.ServeAsync)
            .UseCors(AllowOrigins)
            .UseWhen(
                request => !unknown.IsJson(request.Request.Path),
                web => web.Use(WebBody.Read).UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true })));
        next(app);
    };

    /// <summary>Marks the connections of an endpoint as the HTTP port's.</summary>
    public static void Mark(ListenOptions endpoint)
    {
        endpoint.Protocols = HttpProtocols.Http1;
        endpoint.Use(next => connection =>
        {
            connection.Features.Set(HttpConnection.Instance);
            return next(connection);
        });
    }

    /// <summary>Whether a request came to this port.</summary>
    public static bool IsOf(HttpContext context) =>
        !HttpProtocol.IsHttp2(context.Request.Protocol) && context.Features.Get<HttpConnection>() is not null;

    /// <summary>A connection of HTTP/1.1 goes on with its next call where the last one has ended, which may be at its turn.</summary>
    private async Task LeaveTurnAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (longMessages.Threads.IsCurrent)
        {
            await Task.Yield();
        }
    }

    private void AllowOrigins(CorsPolicyBuilder policy) => policy
        .WithOrigins(http.Value.Origins)
        .WithMethods("GET", "POST")
        .AllowAnyHeader()
        .WithExposedHeaders(
            CallStatus.Code, CallStatus.Message, CallStatus.Details, "grpc-encoding", "grpc-accept-encoding", ScoringMethods.ErrorTrailer)
        .SetPreflightMaxAge(TimeSpan.FromHours(1));

    private sealed class HttpConnection
    {
        public static readonly HttpConnection Instance = new();
    }
}
