using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Scoring.Service.Connections;
using Scoring.Service.Streaming;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Hosting;

/// <summary>
/// Where TLS answers what clients greet it with, which takes a signature of a millisecond for whoever asks. On the pool's threads a few thousand
/// greetings at once, for which nobody needs a key, would keep all others waiting.
/// </summary>
internal sealed class HandshakeTurns(TimeProvider time, FailureLog failures) : IDisposable
{
    /// <summary>As long as Kestrel gives a handshake from then on.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Nobody knows yet whose they are.</summary>
    private static readonly object Anybody = new();

    /// <summary>Half of the processors, so that connections that stand have the rest.</summary>
    public TurnThreads Threads { get; } = new("scoring handshakes", Math.Max(1, Environment.ProcessorCount / 2), failures);

    /// <summary>Has what follows wait for its turn, once a client has sent something.</summary>
    public void Use(ListenOptions endpoint) => endpoint.Use(next => connection => RunAsync(connection, next));

    public void Dispose() => Threads.Dispose();

    private async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (!await HasGreetedAsync(connection))
        {
            return;
        }

        try
        {
            await Threads.TurnOf(Anybody, connection.ConnectionClosed);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        // Up to where it waits for its client again, on this thread.
        await next(connection);
    }

    private async ValueTask<bool> HasGreetedAsync(ConnectionContext connection)
    {
        var input = connection.Transport.Input;
        using var late = new CancellationTokenSource(Patience, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(late.Token, connection.Features.GetRequiredFeature<OpenConnection>().Ending);
        await using var waits = end.Token.UnsafeRegister(static input => ((PipeReader)input!).CancelPendingRead(), input);
        try
        {
            var read = await input.ReadAsync();
            // Whoever reads next has it at once.
            input.AdvanceTo(read.Buffer.Start);
            return !read.Buffer.IsEmpty && !read.IsCanceled;
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            return false;
        }
    }
}
