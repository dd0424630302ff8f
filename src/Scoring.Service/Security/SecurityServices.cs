using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
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
        services.TryAddSingleton<KnownBy>();
        services.AddHostedService(provider => provider.GetRequiredService<KnownBy>());
        AddTls(services, section.GetSection("Tls"));
        services.AddOptions<AuthSettings>().Bind(section.GetSection("Auth")).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<JwtSettings>().Bind(section.GetSection("Auth:Jwt")).ValidateDataAnnotations().ValidateOnStart();

        var hasApiKeys = IsSet(section, "Auth:ApiKeysFile");
        var hasTokenKeys = IsSet(section, "Auth:Jwt:KeysFile");
        var hasTokens = hasTokenKeys || IsSet(section, "Auth:Jwt:Authority");
        var hasCertificates = IsSet(section, "Tls:ClientCertificates") && !"none".Equals(section["Tls:ClientCertificates"], StringComparison.OrdinalIgnoreCase);
        var isAnyKnown = hasApiKeys || hasTokens || hasCertificates;
        AddCallers(services, section, isAnyKnown);
        if (!isAnyKnown)
        {
            // What is not there costs nothing.
            return;
        }

        // AddAuthentication would add keys for cookies, which are not used, and which want a folder to write to.
        services.AddAuthenticationCore();
        services.AddWebEncoders();
        var schemes = new AuthenticationBuilder(services);
        schemes.AddPolicyScheme(Credentials.Any, displayName: null, options => options.ForwardDefaultSelector = SchemeOf);
        schemes.AddScheme<AuthenticationSchemeOptions, CertificateHandler>(Credentials.Certificate, configureOptions: null);
        services.AddAuthorizationBuilder().AddPolicy(Credentials.Any, new AuthorizationPolicyBuilder(Credentials.Any).RequireAuthenticatedUser().Build());
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, CallRefusal>();
        if (hasApiKeys)
        {
            AddFiles<AuthSettings, ApiKeys>(
                services, "api_keys", settings => [settings.ApiKeysFile], (settings, _) => ApiKeys.Read(settings.ApiKeysFile), provider => provider.Value<AuthSettings>().PollMs);
            schemes.AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(Credentials.ApiKey, configureOptions: null);
        }

        if (hasTokenKeys)
        {
            AddFiles<JwtSettings, JwtKeys>(
                services, "jwt_keys", settings => [settings.KeysFile], (settings, _) => JwtKeys.Read(settings.KeysFile), provider => provider.Value<AuthSettings>().PollMs);
        }

        if (hasTokens)
        {
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<JwtBearerOptions>, JwtSetup>());
            // AddJwtBearer would have settings of its own under Authentication.
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<JwtBearerOptions>, JwtBearerPostConfigureOptions>());
            schemes.AddScheme<JwtBearerOptions, JwtBearerHandler>(Credentials.Token, configureOptions: null);
        }
    }

    /// <summary>What callers may do, whether they are told apart or not.</summary>
    private static void AddCallers(IServiceCollection services, IConfigurationSection section, bool areKnown)
    {
        var rules = section.GetSection("Auth:Heads");
        services.AddOptions<RateLimitSettings>().Bind(section.GetSection("RateLimits")).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<AuthSettings>>(new StartCheck<AuthSettings>(_ =>
        {
            if (HeadRules.Read(rules).Any && !areKnown)
            {
                throw new InvalidDataException($"{rules.Path} says who may use heads, and nothing tells callers apart; {section.Path}:Auth or {section.Path}:Tls must");
            }
        }));
        services.TryAddSingleton(_ => HeadRules.Read(rules));
        services.TryAddSingleton<CallerLimits>();
        services.TryAddSingleton<Callers>();
    }

    private static void AddTls(IServiceCollection services, IConfigurationSection section)
    {
        services.AddOptions<TlsSettings>().Bind(section).ValidateDataAnnotations().ValidateOnStart();
        if (IsSet(section, nameof(TlsSettings.CertificateFile)))
        {
            AddFiles<TlsSettings, TlsFiles>(services, "certificate", settings => settings.Files, TlsFiles.Read, provider => provider.Value<TlsSettings>().PollMs);
            services.TryAddSingleton<TlsHandshake>();
        }
    }

    private static void AddFiles<TSettings, TRead>(
        IServiceCollection services,
        string name,
        Func<TSettings, IReadOnlyList<string>> files,
        Func<TSettings, TimeProvider, TRead> read,
        Func<IServiceProvider, int> pollMs)
        where TSettings : class
        where TRead : class
    {
        services.AddSingleton<IValidateOptions<TSettings>>(
            provider => new StartCheck<TSettings>(settings => read(settings, provider.GetRequiredService<TimeProvider>())));
        services.TryAddSingleton(provider =>
        {
            var settings = provider.Value<TSettings>();
            var time = provider.GetRequiredService<TimeProvider>();
            return new WatchedFiles<TRead>(
                name,
                files(settings),
                () => read(settings, time),
                TimeSpan.FromMilliseconds(pollMs(provider)),
                time,
                provider.GetRequiredService<ScoringMetrics>(),
                provider.GetRequiredService<ILogger<WatchedFiles<TRead>>>());
        });
        services.AddHostedService(provider => provider.GetRequiredService<WatchedFiles<TRead>>());
    }

    private static string SchemeOf(HttpContext context)
    {
        var knownBy = context.RequestServices.GetRequiredService<KnownBy>();
        return Credentials.SchemeOf(context.Request, knownBy.ApiKeys, knownBy.Tokens, knownBy.Certificates);
    }

    private static bool IsSet(IConfigurationSection section, string setting) => !string.IsNullOrEmpty(section[setting]);

    private static TSettings Value<TSettings>(this IServiceProvider provider)
        where TSettings : class => provider.GetRequiredService<IOptions<TSettings>>().Value;
}
