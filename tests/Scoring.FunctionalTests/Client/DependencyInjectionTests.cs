using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;

namespace Scoring.FunctionalTests.Client;

public sealed class DependencyInjectionTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_from_configuration_is_one_for_all_and_scores()
    {
        await using var server = await ScoringServer.StartAsync();
        await using var services = Provider(services => services.AddScoringClient(Section(("Address", server.Address))));
        var client = services.GetRequiredService<ScoringClient>();
        Assert.Same(client, services.GetRequiredService<ScoringClient>());
        using var result = await client.ScoreAsync(new float[2], 1, 2, cancellationToken: TestEnd);
        Assert.Equal([0.5f, 0.5f], result.Scores.ToArray());
    }

    [Fact]
    public async Task Named_and_typed_clients_each_have_their_own_service()
    {
        await using var one = await ScoringServer.StartAsync("--Scoring:Limits:Rows=1");
        await using var two = await ScoringServer.StartAsync("--Scoring:Limits:Rows=2");
        await using var services = Provider(services =>
        {
            services.AddScoringClient("one", options => options.Address = one.Address);
            services.AddScoringClient<Ranker>(options => options.Address = two.Address);
        });
        Assert.Equal(1u, (await services.GetRequiredKeyedService<ScoringClient>("one").ListHeadsAsync(TestEnd)).Limits.Rows);
        Assert.Equal(2u, (await services.GetRequiredService<Ranker>().Client.ListHeadsAsync(TestEnd)).Limits.Rows);
        Assert.Null(services.GetService<ScoringClient>());
    }

    [Fact]
    public async Task The_primary_handler_can_be_changed_and_still_connects_to_a_unix_domain_socket()
    {
        using var folder = new TemporaryFolder();
        var socket = folder["scoring.sock"];
        await using var server = await ScoringServer.StartAsync($"--Scoring:Listen:UnixSocket={socket}");
        var isChanged = false;
        await using var services = Provider(services => services
            .AddScoringClient(options => options.Address = $"unix:{socket}")
            .UseSocketsHttpHandler((handler, _) => isChanged = handler.ConnectCallback is not null));
        using var result = await services.GetRequiredService<ScoringClient>().ScoreAsync(new float[2], 1, 2, cancellationToken: TestEnd);
        Assert.Equal(1, result.Rows);
        Assert.True(isChanged);
    }

    [Theory]
    [InlineData("MaxInFlightBytes", "0", "Services:Scoring:MaxInFlightBytes is 0; it must be at least 1")]
    [InlineData("MaxAttempts", "0", "Services:Scoring:MaxAttempts is 0; it must be 1 to 100")]
    [InlineData("CallTimeout", "00:00:00", "Services:Scoring:CallTimeout is 00:00:00; it must be above 0")]
    [InlineData("Address", "localhost", "Services:Scoring:Address: 'localhost' is no address of a service")]
    [InlineData("Address", "static:///scoring", "Services:Scoring:Address: 'static:///scoring' is no address of a service")]
    public async Task A_setting_out_of_its_range_stops_the_start_with_its_name(string setting, string value, string message)
    {
        await using var services = Provider(services => services.AddScoringClient(Section(("Address", "http://localhost"), (setting, value))));
        var refused = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate());
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_setting_that_does_not_exist_is_named()
    {
        await using var services = Provider(services => services.AddScoringClient(Section(("Address", "http://localhost"), ("MaxInflight", "3"))));
        var refused = Assert.Throws<InvalidOperationException>(() => services.GetRequiredService<IStartupValidator>().Validate());
        Assert.Contains("MaxInflight", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_provider_may_be_disposed_either_way()
    {
        var services = new ServiceCollection();
        services.AddScoringClient(options => options.Address = "http://localhost");
        using var provider = services.BuildServiceProvider();
        Assert.NotNull(provider.GetRequiredService<ScoringClient>());
    }

    private static ServiceProvider Provider(Action<IServiceCollection> add)
    {
        var services = new ServiceCollection();
        add(services);
        return services.BuildServiceProvider();
    }

    private static IConfigurationSection Section(params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder();
        foreach (var (name, value) in settings)
        {
            configuration.AddInMemoryCollection([new($"Services:Scoring:{name}", value)]);
        }

        return configuration.Build().GetSection("Services:Scoring");
    }

    private sealed class Ranker(ScoringClient client)
    {
        public ScoringClient Client { get; } = client;
    }

    [Fact]
    public async Task A_client_that_is_disposed_with_its_services_closes_its_connections()
    {
        await using var server = await ScoringServer.StartAsync();
        await using var proxy = new CutProxy(() => new Uri(server.Address));
        await using (var injected = new InjectedClient(options => options.Address = proxy.Address))
        {
            using var result = await injected.Client.ScoreAsync(new float[2], 1, 2, cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal(1, proxy.Open);
        }

        await proxy.AllEndAsync().WaitAsync(TestContext.Current.CancellationToken);
    }
}
