using Grpc.Net.Client.Balancer;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Scoring.Client;
using Scoring.Client.Connections;
using Scoring.Client.DependencyInjection;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Adds <see cref="ScoringClient"/>, as a singleton, over a handler of HttpClientFactory. The builder that is returned takes handlers, certificates
/// (UseSocketsHttpHandler) and the like; what configures an HttpClient itself has no effect, because gRPC needs only the handler.
/// </summary>
public static class ScoringClientServiceCollectionExtensions
{
    private const string HttpClientName = "Scoring.Client";

    /// <summary>Adds the client.</summary>
    /// <param name="services">Where to add it.</param>
    /// <param name="configure">Sets at least <see cref="ScoringClientOptions.Address"/>.</param>
    public static IHttpClientBuilder AddScoringClient(this IServiceCollection services, Action<ScoringClientOptions> configure) =>
        services.AddScoringClient(Options.Options.DefaultName, configure);

    /// <summary>
    /// Adds the client, with its options from configuration. A setting that does not exist, or is out of its range, is an error that names it.
    /// </summary>
    /// <param name="services">Where to add it.</param>
    /// <param name="section">The settings, named as in <see cref="ScoringClientOptions"/>.</param>
    public static IHttpClientBuilder AddScoringClient(this IServiceCollection services, IConfigurationSection section) =>
        services.AddScoringClient(Options.Options.DefaultName, section);

    /// <summary>Adds a client of many, a keyed service: <c>[FromKeyedServices("name")] ScoringClient</c>.</summary>
    /// <param name="services">Where to add it.</param>
    /// <param name="name">The key, and the name of its options.</param>
    /// <param name="configure">Sets at least <see cref="ScoringClientOptions.Address"/>.</param>
    public static IHttpClientBuilder AddScoringClient(this IServiceCollection services, string name, Action<ScoringClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(configure);
        services.Configure(name, configure);
        return Add(services, name, $"{nameof(ScoringClientOptions)}.");
    }

    /// <summary>Adds a client of many, a keyed service, with its options from configuration.</summary>
    /// <param name="services">Where to add it.</param>
    /// <param name="name">The key, and the name of its options.</param>
    /// <param name="section">The settings, named as in <see cref="ScoringClientOptions"/>.</param>
    public static IHttpClientBuilder AddScoringClient(this IServiceCollection services, string name, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(section);
        services.AddOptions<ScoringClientOptions>(name).Bind(section, binder => binder.ErrorOnUnknownConfiguration = true);
        return Add(services, name, $"{section.Path}:");
    }

    /// <summary>Adds a class that takes a <see cref="ScoringClient"/> of its own in its constructor. Both are singletons.</summary>
    /// <typeparam name="TClient">The class.</typeparam>
    /// <param name="services">Where to add it.</param>
    /// <param name="configure">Sets at least <see cref="ScoringClientOptions.Address"/>.</param>
    public static IHttpClientBuilder AddScoringClient<TClient>(this IServiceCollection services, Action<ScoringClientOptions> configure)
        where TClient : class
    {
        var builder = services.AddScoringClient(NameOf<TClient>(), configure);
        AddTyped<TClient>(services);
        return builder;
    }

    /// <summary>Adds a class that takes a <see cref="ScoringClient"/> of its own in its constructor, with its options from configuration.</summary>
    /// <typeparam name="TClient">The class.</typeparam>
    /// <param name="services">Where to add it.</param>
    /// <param name="section">The settings, named as in <see cref="ScoringClientOptions"/>.</param>
    public static IHttpClientBuilder AddScoringClient<TClient>(this IServiceCollection services, IConfigurationSection section)
        where TClient : class
    {
        var builder = services.AddScoringClient(NameOf<TClient>(), section);
        AddTyped<TClient>(services);
        return builder;
    }

    private static IHttpClientBuilder Add(IServiceCollection services, string name, string prefix)
    {
        var isKnown = services.Any(service => service.ServiceType == typeof(ScoringClient) && Equals(service.ServiceKey, name));
        var httpName = name.Length == 0 ? HttpClientName : $"{HttpClientName}:{name}";
        var builder = services.AddHttpClient(httpName);
        if (isKnown)
        {
            return builder;
        }

        services.AddOptions<ScoringClientOptions>(name).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ScoringClientOptions>>(
            provider => new ScoringClientOptionsValidator(name, prefix, provider.GetServices<ResolverFactory>()));
        services.AddKeyedSingleton(name, (provider, _) => Create(provider, name, httpName));
        if (name.Length == 0)
        {
            services.TryAddSingleton(provider => provider.GetRequiredKeyedService<ScoringClient>(name));
        }

        // A channel keeps its handler for as long as it lives, and gRPC logs what calls do.
        return builder
            .ConfigurePrimaryHttpMessageHandler(provider =>
            {
                var options = OptionsOf(provider, name);
                return ScoringChannel.CreateHandler(AddressOf(provider, options), options);
            })
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers();
    }

    private static void AddTyped<TClient>(IServiceCollection services)
        where TClient : class =>
        services.TryAddSingleton(provider =>
            ActivatorUtilities.CreateInstance<TClient>(provider, provider.GetRequiredKeyedService<ScoringClient>(NameOf<TClient>())));

    private static ScoringClient Create(IServiceProvider provider, string name, string httpName)
    {
        var options = OptionsOf(provider, name);
        var handler = provider.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler(httpName);
        var channel = ScoringChannel.Create(
            AddressOf(provider, options), handler, options, provider.GetServices<ResolverFactory>(), provider.GetService<ILoggerFactory>());
        return new ScoringClient(channel, options, Primary(handler));
    }

    /// <summary>
    /// The handler that has the connections. HttpClientFactory would keep it for ever, since its handlers do not pass on that they are disposed; this
    /// one is of one client alone.
    /// </summary>
    private static HttpMessageHandler Primary(HttpMessageHandler handler)
    {
        while (handler is DelegatingHandler { InnerHandler: { } inner })
        {
            handler = inner;
        }

        return handler;
    }

    private static ScoringClientOptions OptionsOf(IServiceProvider provider, string name) =>
        provider.GetRequiredService<IOptionsMonitor<ScoringClientOptions>>().Get(name);

    private static ScoringAddress AddressOf(IServiceProvider provider, ScoringClientOptions options) =>
        ScoringAddress.Parse(options.Address, provider.GetServices<ResolverFactory>(), options.UseTls);

    private static string NameOf<TClient>() => typeof(TClient).FullName ?? typeof(TClient).Name;
}
