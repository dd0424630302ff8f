using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Scoring.Service.Files;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Security;

/// <summary>Adds what keeps the service from those who are not meant to use it, as far as it is configured.</summary>
internal static class SecurityServices
{
    public static void AddScoringSecurity(this IServiceCollection services, IConfigurationSection section)
    {
        var tls = section.GetSection("Tls");
        services.AddOptions<TlsSettings>().Bind(tls).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TlsSettings>, TlsFiles.Check>());
        if (IsSet(tls, nameof(TlsSettings.CertificateFile)))
        {
            services.AddWatchedFiles("certificate", (TlsSettings settings) => settings.Files, TlsFiles.Read, settings => settings.PollMs);
            services.TryAddSingleton<TlsHandshake>();
        }
    }

    private static bool IsSet(IConfigurationSection section, string setting) => !string.IsNullOrEmpty(section[setting]);

    private static void AddWatchedFiles<TSettings, TRead>(
        this IServiceCollection services,
        string name,
        Func<TSettings, IReadOnlyList<string>> files,
        Func<TSettings, TimeProvider, TRead> read,
        Func<TSettings, int> pollMs)
        where TSettings : class
        where TRead : class
    {
        services.TryAddSingleton(provider =>
        {
            var settings = provider.GetRequiredService<IOptions<TSettings>>().Value;
            var time = provider.GetRequiredService<TimeProvider>();
            return new WatchedFiles<TRead>(
                name,
                files(settings),
                () => read(settings, time),
                TimeSpan.FromMilliseconds(pollMs(settings)),
                time,
                provider.GetRequiredService<ScoringMetrics>(),
                provider.GetRequiredService<ILogger<WatchedFiles<TRead>>>());
        });
        services.AddHostedService(provider => provider.GetRequiredService<WatchedFiles<TRead>>());
    }
}
