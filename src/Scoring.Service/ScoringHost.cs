using Microsoft.Extensions.Configuration.Memory;

namespace Scoring.Service;

/// <summary>The whole service as one application, for its own program, the command line and tests alike.</summary>
public static class ScoringHost
{
    /// <summary>Builds the service, which is not started yet.</summary>
    /// <param name="args">
    /// Configuration, as <c>--Scoring:Listen:Port=8080</c>. It comes over environment variables (<c>Scoring__Listen__Port</c>)
    /// and <c>appsettings.json</c>.
    /// </param>
    public static WebApplication Create(params string[] args) => Create(args, static _ => { });

    internal static WebApplication Create(string[] args, Action<WebApplicationBuilder> configure)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        // Several lines for each call are too many for a stream of millions. Any other source of configuration can say otherwise.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData =
            [
                new("Logging:LogLevel:Microsoft.AspNetCore", "Warning"),
                // It logs an error for each look while the service stops, which is no error.
                new("Logging:LogLevel:Microsoft.Extensions.Diagnostics.HealthChecks", "None"),
            ],
        });
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss ";
        });
        builder.Services.AddScoring(builder.Configuration);
        configure(builder);

        var app = builder.Build();
        app.MapScoring();
        return app;
    }
}
