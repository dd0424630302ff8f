using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Options;
using Scoring.Service.Hosting;
using Scoring.Service.Settings;
using Scoring.Service.Telemetry;

namespace Scoring.Service;

/// <summary>The whole service as one application, for its own program, the command line and tests alike.</summary>
public static class ScoringHost
{
    /// <summary>Builds the service, which is not started yet.</summary>
    /// <param name="args">
    /// Configuration, as <c>--Scoring:Listen:Port=8080</c>. It comes over environment variables (<c>Scoring__Listen__Port</c>)
    /// and <c>appsettings.json</c>.
    /// </param>
    /// <exception cref="OptionsValidationException">
    /// A setting makes no sense, or a head; of several kinds in an <see cref="AggregateException"/>.
    /// </exception>
    public static WebApplication Create(params string[] args) => Create(args, []);

    /// <summary>Builds the service with defaults that are not its own.</summary>
    /// <param name="args">As in <see cref="Create(string[])"/>.</param>
    /// <param name="defaults">What holds where no source of configuration says anything else.</param>
    /// <exception cref="OptionsValidationException">
    /// A setting makes no sense, or a head; of several kinds in an <see cref="AggregateException"/>.
    /// </exception>
    public static WebApplication Create(string[] args, IEnumerable<KeyValuePair<string, string?>> defaults) =>
        Create(args, defaults, static _ => { });

    /// <summary>
    /// Builds the service for the one file or page that this process is for, which takes no longer for what is compiled at its beginning: it does
    /// without the warm-up, a fifth of the time that a start takes.
    /// </summary>
    /// <param name="args">As in <see cref="Create(string[])"/>.</param>
    /// <exception cref="OptionsValidationException">
    /// A setting makes no sense, or a head; of several kinds in an <see cref="AggregateException"/>.
    /// </exception>
    public static WebApplication CreateForOneJob(params string[] args) => Create(
        args, [], static builder => builder.Services.Remove(builder.Services.Single(service => service.ImplementationType == typeof(WarmUp))));

    /// <summary>
    /// What is wrong with the settings that the service was to start with, one line for each thing; nothing where it failed for another reason.
    /// </summary>
    /// <param name="exception">What creating or starting the service has thrown.</param>
    public static IReadOnlyList<string> FailedSettings(Exception exception) => exception switch
    {
        OptionsValidationException settings => [.. settings.Failures],
        // A file of configuration, of which .NET tells only the name.
        InvalidDataException { InnerException: FormatException cause } file => [$"{file.Message} {cause.GetBaseException().Message}"],
        // .NET's own settings: it tells what is wrong, and of some not where.
        InvalidOperationException or ArgumentException when exception.Source is { } source
            && source.StartsWith("Microsoft.Extensions.Logging", StringComparison.Ordinal) => [$"Logging: {exception.Message}"],
        AggregateException many => [.. many.InnerExceptions.SelectMany(FailedSettings).Distinct()],
        _ => [],
    };

    internal static WebApplication Create(string[] args, IEnumerable<KeyValuePair<string, string?>> defaults, Action<WebApplicationBuilder> configure)
    {
        if (SettingArguments.Problems(args) is { Count: > 0 } problems)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(SettingsAtStart), problems);
        }

        var builder = WebApplication.CreateSlimBuilder(args);
        // Several lines for each call are too many for a stream of millions. Any other source of configuration can say otherwise.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData =
            [
                .. TelemetryExport.Defaults,
                .. defaults,
                new("Logging:LogLevel:Microsoft.AspNetCore", "Warning"),
                // A line for each call that ends with an error, which a bad client could write by the million: see FailureLog.
                new("Logging:LogLevel:Grpc", "Warning"),
                // An error with a stack trace where the start fails, as it does where a port is in use: whoever runs the host says so in one line.
                new("Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host", "Critical"),
                // It warns of each service that is bound by hand, and has nothing to say of others.
                new("Logging:LogLevel:Microsoft.AspNetCore.Grpc.JsonTranscoding", "Error"),
            ],
        });
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            // Where a request is under way, its trace and span.
            console.IncludeScopes = true;
            console.TimestampFormat = "HH:mm:ss ";
        });
        builder.Services.AddScoring(builder.Configuration);
        // Kestrel would listen as well wherever its own section says, past Scoring:Listen and Scoring:Tls: of any application's appsettings.json.
        builder.Services.Configure<KestrelServerOptions>(static server => server.Configure());
        configure(builder);

        var app = builder.Build();
        try
        {
            // The host would do so as well, but log what it finds with a stack trace.
            app.Services.GetRequiredService<IStartupValidator>().Validate();
            app.MapScoring();
            return app;
        }
        catch
        {
            ((IDisposable)app).Dispose();
            throw;
        }
    }
}
