using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Scoring.Service.Hosting;

/// <summary>Keeps the two ports apart: a connection to the admin port reaches the metrics and nothing else, and no other connection reaches them.</summary>
internal sealed class AdminPort(IOptions<AdminSettings> admin) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        if (admin.Value.Port is not null)
        {
            app.MapWhen(
                static http => http.Features.Get<AdminConnection>() is not null,
                static branch => branch.UseOpenTelemetryPrometheusScrapingEndpoint());
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

    private sealed class AdminConnection
    {
        public static readonly AdminConnection Instance = new();
    }
}
