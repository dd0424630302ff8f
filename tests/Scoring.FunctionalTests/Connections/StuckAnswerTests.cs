using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.DependencyInjection;
using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Service.Hosting;

namespace Scoring.FunctionalTests.Connections;

public sealed class StuckAnswerTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    /// <summary>
    /// Fails where a new Kestrel has no such mark, and then this all can go; or has it elsewhere, and then it must be looked for there.
    /// </summary>
    [Fact]
    public async Task A_stream_that_Kestrel_left_marked_answers_its_next_call()
    {
        await using var server = await ScoringServer.StartAsync(builder => builder.Services.AddSingleton<IStartupFilter, Marking>());
        var client = server.Connect(new ScoringClientOptions { CallTimeout = TimeSpan.FromSeconds(20) });
        for (var i = 0; i < 20; i++)
        {
            using var result = await client.ScoreAsync(new float[2], 1, 2, cancellationToken: TestEnd);
            Assert.Equal([0.5f, 0.5f], result.Scores.ToArray());
        }
    }

    /// <summary>Leaves the mark on each stream whose answer is written, as Kestrel does now and then.</summary>
    private sealed class Marking : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(call => http =>
            {
                var stream = http.Features.GetRequiredFeature<IHttp2StreamIdFeature>();
                Assert.False(StalledResponseWorkaround.Mark(stream));
                http.Response.OnCompleted(() =>
                {
                    StalledResponseWorkaround.Mark(stream) = true;
                    return Task.CompletedTask;
                });
                return call(http);
            });
            next(app);
        };
    }
}
