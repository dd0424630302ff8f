using System.Diagnostics;
using Grpc.AspNetCore.Server;
using Grpc.AspNetCore.Server.Model;
using Grpc.Health.V1;
using Inference;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Scoring.Protocol;
using Scoring.Protocol.OpenInference;
using Scoring.Service;
using Scoring.Service.Calls;
using Scoring.Service.Connections;
using Scoring.Service.Evaluation;
using Scoring.Service.Heads;
using Scoring.Service.Hosting;
using Scoring.Service.Http;
using Scoring.Service.Memory;
using Scoring.Service.OpenInference;
using Scoring.Service.Security;
using Scoring.Service.Settings;
using Scoring.Service.Streaming;
using Scoring.Service.Telemetry;
using Scoring.V1;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the scoring service to an application.</summary>
public static class ScoringServiceCollectionExtensions
{
    /// <summary>Adds all that <see cref="ScoringEndpointRouteBuilderExtensions.MapScoring"/> needs, and makes the server listen.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configuration">
    /// The application's configuration, whose section <c>Scoring</c> is read. The file that <c>Scoring:HeadsFile</c> names joins it, where it is
    /// the builder's own.
    /// </param>
    public static IServiceCollection AddScoring(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection("Scoring");
        var root = configuration as IConfigurationRoot ?? new ConfigurationBuilder().AddConfiguration(configuration).Build();
        services.AddCheckedSettings(root);
        services.AddSettings<ListenSettings>("Listen");
        services.AddSingleton<IValidateOptions<ListenSettings>, ListenCheck>();
        services.AddSettings<HttpSettings>("Http");
        services.AddSettings<AdminSettings>("Admin");
        services.AddSettings<TelemetrySettings>("Telemetry");
        services.AddSettings<LimitSettings>("Limits");
        services.AddSettings<DrainSettings>("Drain");
        services.AddSettings<BatchSettings>("Batch");
        services.AddSettings<EvaluationSettings>("Evaluation");
        services.AddSettings<HeadFileSettings>(string.Empty);
        services.AddSettings<FileSettings>("Files");
        // Of the client's own, and it looks at them itself.
        services.AddKnownSettings("Client", typeof(object));

        services.AddScoringSecurity(root);
        AddHeads(services, root);

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<RequestPlanner>();
        services.TryAddSingleton<ServerMemory>();
        services.TryAddSingleton<ScoringMetrics>();
        services.TryAddSingleton<DriftSampler>();
        services.TryAddSingleton<TelemetryFactory>();
        services.TryAddSingleton<TelemetryFaults>();
        services.TryAddSingleton<TelemetryGuard>();
        services.TryAddSingleton<FailureLog>();
        services.TryAddSingleton<LoggerFactory>();
        services.TryAddSingleton<LogFloor>();
        services.Replace(ServiceDescriptor.Singleton<ILoggerFactory, GuardedLoggers>());
        services.Replace(ServiceDescriptor.Singleton<DistributedContextPropagator, TraceContextPropagator>());
        services.TryAddSingleton(
            provider => new MessagePool(provider.GetRequiredService<IOptions<LimitSettings>>().Value.IdleBufferBytes, isNative: true));
        services.TryAddSingleton(provider => new LargeBlockMemoryPool(provider.GetRequiredService<IOptions<LimitSettings>>().Value.IdleBufferBytes));
        services.TryAddSingleton<HeldMemory>();
        services.TryAddSingleton<CountedCalls>();
        services.TryAddSingleton<StreamWatches>();
        services.TryAddSingleton<LargeAnswers>();
        services.TryAddSingleton<LongMessages>();
        services.TryAddSingleton<MessageCalls>();
        services.TryAddSingleton<ScoringMethods>();
        services.TryAddSingleton<ScoringEndpoint>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IServiceMethodProvider<ScoringEndpoint>, ScoringMethodProvider>());
        services.TryAddSingleton<InferenceMethods>();
        services.TryAddSingleton<InferenceCounters>();
        services.TryAddSingleton<InferenceEndpoint>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IServiceMethodProvider<InferenceEndpoint>, InferenceMethodProvider>());
        services.TryAddSingleton<EvaluationChecker>();
        services.TryAddSingleton<EvaluationCalls>();
        services.TryAddSingleton<LongWork>();
        services.TryAddSingleton<CalibrationMemory>();
        services.TryAddSingleton<EvaluationEndpoint>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IServiceMethodProvider<EvaluationEndpoint>, EvaluationMethodProvider>());
        services.TryAddSingleton<OpenStreams>();
        services.TryAddSingleton<ConnectionCutter>();
        services.TryAddSingleton<OpenConnections>();
        services.TryAddSingleton<HandshakeTurns>();
        services.TryAddSingleton<OpenCalls>();
        services.TryAddSingleton<Drain>();
        services.AddHostedService(provider => provider.GetRequiredService<Drain>());
        services.TryAddSingleton<MemoryFailure>();
        services.AddHostedService(provider => provider.GetRequiredService<MemoryFailure>());
        services.TryAddSingleton<Readiness>();
        services.AddHostedService<MemoryTrimmer>();
        services.AddHostedService<SecondSignal>();
        services.AddOptions<HostOptions>().Configure<IOptions<DrainSettings>>(
            (host, drain) => host.ShutdownTimeout = TimeSpan.FromMilliseconds(drain.Value.TimeoutMs));
        services.AddHostedService<WarmUp>();

        services.AddGrpc()
            .AddServiceOptions<HealthEndpoint>(TakesControlMessages)
            .AddServiceOptions<ReflectionEndpoint>(TakesCountedMessages);
        services.AddCors();
        services.AddJsonScoring();
        services.TryAddEnumerable(ServiceDescriptor.Transient<IConfigureOptions<GrpcServiceOptions>, GrpcSetup>());
        services.TryAddEnumerable(ServiceDescriptor.Transient<IConfigureOptions<KestrelServerOptions>, KestrelSetup>());
        services.TryAddEnumerable(ServiceDescriptor.Transient<IConfigureOptions<SocketTransportOptions>, KestrelSetup>());
        services.Replace(ServiceDescriptor.Singleton<IMemoryPoolFactory<byte>, LargeBlockMemoryPoolFactory>());
        services.Replace(ServiceDescriptor.Singleton<IConnectionListenerFactory, LimitedTransport>());

        // What reflection describes, and what has a health of its own.
        Google.Protobuf.Reflection.ServiceDescriptor[] served =
        [
            ScoringService.Descriptor,
            GRPCInferenceService.Descriptor,
            Health.Descriptor,
            Grpc.Reflection.V1Alpha.ServerReflection.Descriptor,
            Grpc.Reflection.V1.ServerReflection.Descriptor,
        ];
        services.TryAddSingleton(new ReflectionEndpoint(served));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IServiceMethodProvider<ReflectionEndpoint>, ReflectionMethodProvider>());
        services.TryAddSingleton(provider => ActivatorUtilities.CreateInstance<HealthEndpoint>(provider, served.Select(service => service.FullName)));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IServiceMethodProvider<HealthEndpoint>, HealthMethodProvider>());

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IStartupFilter, StalledResponseWorkaround>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IStartupFilter, RequestBodyDrain>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IStartupFilter, AdminPort>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IStartupFilter, HttpPort>());
        // Within gRPC-Web, which makes of the status what its clients read.
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IStartupFilter, CallEnd>());
        TelemetryExport.Add(services, configuration, isScraped: !string.IsNullOrEmpty(configuration["Scoring:Admin:Port"]));
        return services;
    }

    /// <summary>Their messages are a name each, and a client can have very many of these calls open.</summary>
    private static void TakesControlMessages<T>(GrpcServiceOptions<T> options)
        where T : class => options.MaxReceiveMessageSize = ScoringMethods.MaxControlBytes;

    private static void TakesCountedMessages<T>(GrpcServiceOptions<T> options)
        where T : class
    {
        TakesControlMessages(options);
        options.Interceptors.Add<ReflectionLimit>();
    }

    private static void AddHeads(IServiceCollection services, IConfigurationRoot configuration)
    {
        var unreadable = new UnreadableFiles();
        if (configuration is IConfigurationManager manager)
        {
            unreadable.Watch(manager);
            if (HeadsFileSource.AddTo(manager) is { } headsFile)
            {
                services.AddSingleton(headsFile);
            }
        }

        services.AddKnownSettings("Heads", typeof(Dictionary<string, object>));
        services.TryAddSingleton(unreadable);
        services.TryAddSingleton(provider => ActivatorUtilities.CreateInstance<HeadReader>(provider, configuration));
        services.AddOptions<HeadsAtStart>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<HeadsAtStart>, HeadsAtStart.Check>());
        services.TryAddSingleton<HeadRegistry>();
        services.AddHostedService<HeadReloader>();
    }
}
