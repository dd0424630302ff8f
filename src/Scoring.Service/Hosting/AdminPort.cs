using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Scoring.Service.Connections;
using Scoring.Service.Settings;

namespace Scoring.Service.Hosting;

/// <summary>
/// Keeps the two ports apart: a connection to the admin port reaches metrics and health and nothing else, and no other connection reaches them.
/// </summary>
internal sealed class AdminPort(IOptions<AdminSettings> admin, Readiness readiness) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        if (admin.Value.Port is not null)
        {
            app.MapWhen(
                static http => !HttpProtocol.IsHttp2(http.Request.Protocol) && http.Features.Get<AdminConnection>() is not null,
                branch => branch
                    .Use(BufferAsync)
                    .UseOpenTelemetryPrometheusScrapingEndpoint()
                    .Map("/healthz", static live => live.Run(static http => http.Response.WriteAsync("live\n")))
                    .Map("/readyz", ready => ready.Run(TellReadiness)));
        }

        next(app);
    };

    /// <summary>Marks the connections of an endpoint as the admin port's.</summary>
    public static void Mark(ListenOptions endpoint)
    {
        endpoint.Protocols = HttpProtocols.Http1;
        endpoint.Use(next => connection =>
        {
            connection.Features.Set(AdminConnection.Instance);
            return next(connection);
        });
    }

    /// <summary>
    /// Has a page whole before anybody reads it: the exporter keeps other scrapes waiting for as long as it writes one, to a client that may not
    /// read.
    /// </summary>
    internal static async Task BufferAsync(HttpContext http, RequestDelegate next)
    {
        var client = http.Response.Body;
        using var page = new MemoryStream();
        http.Response.Body = page;
        await next(http);
        http.Response.Body = client;
        http.Response.ContentLength = page.Length;
        page.Position = 0;
        await page.CopyToAsync(client, http.RequestAborted);
    }

    private Task TellReadiness(HttpContext http)
    {
        if (readiness.WhyNot is not { } why)
        {
            return http.Response.WriteAsync("ready\n");
        }

        http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return http.Response.WriteAsync($"{why}\n");
    }

    private sealed class AdminConnection
    {
        public static readonly AdminConnection Instance = new();
    }
}
