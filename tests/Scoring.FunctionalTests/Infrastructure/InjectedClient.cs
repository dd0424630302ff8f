using Microsoft.Extensions.DependencyInjection;
using Scoring.Client;

namespace Scoring.FunctionalTests.Infrastructure;

/// <summary>A client as an application has it: by dependency injection, with a handler of the application's own.</summary>
internal sealed class InjectedClient : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public InjectedClient(Action<ScoringClientOptions> configure, DelegatingHandler? handler = null, Action<IServiceCollection>? add = null)
    {
        var services = new ServiceCollection();
        add?.Invoke(services);
        var builder = services.AddScoringClient(configure);
        if (handler is not null)
        {
            builder.AddHttpMessageHandler(() => handler);
        }

        _services = services.BuildServiceProvider();
        Client = _services.GetRequiredService<ScoringClient>();
    }

    public ScoringClient Client { get; }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Assert.Equal(0, Client.Pool.Buffers.OutstandingRents);
    }
}
