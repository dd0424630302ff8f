using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Scoring.Service.Files;
using Scoring.Service.Settings;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Security;

/// <summary>Adds what keeps the service from those who are not meant to use it, as far as it is configured.</summary>
internal static class SecurityServices
{
    public static void AddScoringSecurity(this IServiceCollection services, IConfigurationRoot configuration)
    {
        var section = configuration.GetSection("Scoring");
        services.TryAddSingleton<CallerAuthentication>();
        services.AddHostedService(provider => provider.GetRequiredService<CallerAuthentication>());
        AddTls(services, section);
        services.AddSettings<AuthSettings>("Auth");
        services.AddSettings<JwtSettings>("Auth:Jwt");

        var hasApiKeys = IsSet(section, "Auth:ApiKeysFile");
        var hasTokenKeys = IsSet(section, "Auth:Jwt:KeysFile");
        var hasTokens = hasTokenKeys || IsSet(section, "Auth:Jwt:Authority");
        var hasCertificates = IsSet(section, "Tls:ClientCertificates")
            && !"none".Equals(section["Tls:ClientCertificates"], StringComparison.OrdinalIgnoreCase);
        var isAnyKnown = hasApiKeys || hasTokens || hasCertificates;
        services.AddSingleton<IValidateOptions<AuthSettings>>(new StartCheck<AuthSettings>(_ => UnsetCredentials.Refuse(configuration)));
        string?[] kinds =
        [
            hasApiKeys ? Credentials.ApiKeyCaller : null,
            hasTokens ? Credentials.TokenCaller : null,
            hasCertificates ? Credentials.CertificateCaller : null,
        ];
        AddCallers(services, configuration, [.. kinds.OfType<string>()]);
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
        services.AddAuthorizationBuilder().AddPolicy(
            Credentials.Any, new AuthorizationPolicyBuilder(Credentials.Any).RequireAuthenticatedUser().Build());
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, CallRefusal>();
        if (hasApiKeys)
        {
            AddFiles<AuthSettings, ApiKeys>(
                services, "api_keys", settings => [settings.ApiKeysFile], (settings, _) => ApiKeys.Read(settings.ApiKeysFile));
            schemes.AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(Credentials.ApiKey, configureOptions: null);
        }

        if (hasTokenKeys)
        {
            AddFiles<JwtSettings, JwtKeys>(
                services, "jwt_keys", settings => [settings.KeysFile], (settings, _) => JwtKeys.Read(settings.KeysFile));
        }
        else if (hasTokens)
        {
            services.TryAddSingleton<AuthorityKeys>();
            services.AddHostedService(provider => provider.GetRequiredService<AuthorityKeys>());
        }

        if (hasTokens)
        {
            schemes.AddScheme<AuthenticationSchemeOptions, TokenHandler>(Credentials.Token, configureOptions: null);
        }
    }

    /// <summary>What callers may do, whether they are told apart or not.</summary>
    private static void AddCallers(IServiceCollection services, IConfigurationRoot configuration, string[] kinds)
    {
        var areKnown = kinds.Length > 0;
        services.AddSettings<RateLimitSettings>("RateLimits");
        services.AddSingleton<IValidateOptions<RateLimitSettings>>(new StartCheck<RateLimitSettings>(limits =>
        {
            if (!areKnown && limits.Callers.Keys.FirstOrDefault(name => !NamePattern.Matches(name, Caller.Anyone.Name)) is { } nobody)
            {
                throw new InvalidDataException(
                    $"Scoring:RateLimits:Callers has '{Quoted.Text(nobody)}', and nothing tells callers apart; Scoring:Auth or Scoring:Tls must, or "
                    + $"else all are '{Caller.Anyone.Name}'");
            }

            if (areKnown && limits.Callers.Keys.FirstOrDefault(name => !kinds.Any(kind => NamePattern.CanMatch(name, $"{kind}/"))) is { } stranger)
            {
                throw new InvalidDataException(
                    $"Scoring:RateLimits:Callers has '{Quoted.Text(stranger)}', which is nobody's name; callers are known as "
                    + $"{string.Join(" and ", kinds.Select(kind => $"{kind}/NAME"))}");
            }
        }));

        // Not by the binder: to it a rule that names nobody is no rule.
        services.AddKnownSettings("Auth:Heads", typeof(Dictionary<string, string[]>));
        services.AddSingleton<IValidateOptions<AuthSettings>>(new StartCheck<AuthSettings>(_ =>
        {
            if (ReadRules().Any && !areKnown)
            {
                throw new InvalidDataException(
                    "Scoring:Auth:Heads says who may use heads, and nothing tells callers apart; Scoring:Auth or Scoring:Tls must");
            }
        }));
        services.TryAddSingleton(_ => ReadRules());
        services.TryAddSingleton<CallerLimits>();
        services.TryAddSingleton<Callers>();

        HeadRules ReadRules() => HeadRules.Read(SettingTree.Read(configuration, "Scoring:Auth:Heads"));
    }

    private static void AddTls(IServiceCollection services, IConfigurationSection section)
    {
        services.AddSettings<TlsSettings>("Tls");
        if (IsSet(section, "Tls:CertificateFile"))
        {
            AddFiles<TlsSettings, TlsFiles>(services, "certificate", settings => settings.Files, TlsFiles.Read);
            services.TryAddSingleton<TlsHandshake>();
        }
    }

    private static void AddFiles<TSettings, TRead>(
        IServiceCollection services,
        string name,
        Func<TSettings, IReadOnlyList<string>> files,
        Func<TSettings, TimeProvider, TRead> read)
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
                provider.Value<FileSettings>(),
                time,
                provider.GetRequiredService<ScoringMetrics>(),
                provider.GetRequiredService<ILogger<WatchedFiles<TRead>>>());
        });
        services.AddHostedService(provider => provider.GetRequiredService<WatchedFiles<TRead>>());
    }

    private static string SchemeOf(HttpContext context)
    {
        var authentication = context.RequestServices.GetRequiredService<CallerAuthentication>();
        return Credentials.SchemeOf(context.Request, authentication.ApiKeys, authentication.Tokens, authentication.Certificates);
    }

    private static bool IsSet(IConfigurationSection section, string setting) => !string.IsNullOrEmpty(section[setting]);

    private static TSettings Value<TSettings>(this IServiceProvider provider)
        where TSettings : class => provider.GetRequiredService<IOptions<TSettings>>().Value;
}
