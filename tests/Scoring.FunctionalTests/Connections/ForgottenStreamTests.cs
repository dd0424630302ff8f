using System.Collections;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.DependencyInjection;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.FunctionalTests.Infrastructure.Http2;
using Scoring.Service.Connections;

namespace Scoring.FunctionalTests.Connections;

/// <summary>A connection of which Kestrel forgets a stream, whose end it then waits for.</summary>
public sealed class ForgottenStreamTests
{
    private const BindingFlags Private = BindingFlags.Instance | BindingFlags.NonPublic;

    [Fact]
    public async Task It_is_over_all_the_same_once_its_client_is_gone()
    {
        var forgetting = new Forgetting();
        await using var server = await ScoringServer.StartAsync(builder => builder.Services.AddSingleton<IStartupFilter>(forgetting));
        var connections = server.Services.GetRequiredService<ConnectionCutter>();
        await StreamAsync(server, atItsEnd: () =>
        {
            forgetting.Forget();
            Assert.Single(connections.Connections);
        });
        await Eventually.IsAsync(() => !connections.Connections.Any());
    }

    [Fact]
    public async Task A_look_at_one_that_has_come_to_its_end_meanwhile_is_no_fault()
    {
        var forgetting = new Forgetting();
        await using var server = await ScoringServer.StartAsync(builder => builder.Services.AddSingleton<IStartupFilter>(forgetting));
        var connections = server.Services.GetRequiredService<ConnectionCutter>();
        await StreamAsync(server, atItsEnd: () => { });
        await Eventually.IsAsync(() => !connections.Connections.Any());
        KestrelStreams.ScheduleAgain(forgetting.Connection!, new Hashtable { [1] = forgetting.Stream }, most: 1);
        Assert.Empty(server.LogLines);
    }

    /// <summary>Has a client make a stream and be answered, and go.</summary>
    private static async Task StreamAsync(ScoringServer server, Action atItsEnd)
    {
        using var client = await FrameClient.ConnectAsync(server);
        await client.SendAsync(Frame.Call(1, "ScoreStream"), Frame.Data(1, RawCalls.Frame(RawCalls.Message(2, 3, 3))));
        await client.ReceiveUntilAsync(frame => frame is { Type: FrameType.Data, Stream: 1 });
        atItsEnd();
    }

    /// <summary>Has Kestrel believe of the last stream that it is to be looked at already, so that nobody ever does.</summary>
    private sealed class Forgetting : IStartupFilter
    {
        private object? _output;

        /// <summary>That of the last stream.</summary>
        public object? Connection { get; private set; }

        public object? Stream { get; private set; }

        public void Forget() => _output!.GetType().GetField("_isScheduled", Private)!.SetValue(_output, true);

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(call => http =>
            {
                var stream = http.Features.Get<IHttp2StreamIdFeature>()!;
                (Stream, Connection) = (stream, KestrelStreams.Of(stream).Connection);
                for (var type = stream.GetType(); type is not null && _output is null; type = type.BaseType)
                {
                    _output = type.GetField("_http2Output", Private)?.GetValue(stream);
                }

                return call(http);
            });
            next(app);
        };
    }
}
