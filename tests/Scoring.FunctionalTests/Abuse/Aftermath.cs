using Scoring.Client;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Protocol.Buffers;

namespace Scoring.FunctionalTests.Abuse;

/// <summary>What must be true of a server whatever was done to it: others are served, and what it held is back.</summary>
internal sealed class Aftermath
{
    /// <summary>What buffers and transport may keep for use again, each.</summary>
    private const long IdleBytes = 1 << 20;

    /// <summary>What the process may hold more than before.</summary>
    private const long MaxKeptBytes = 8 * IdleBytes;

    private readonly ScoringServer _server;
    private readonly long _heldBefore;

    private Aftermath(ScoringServer server)
    {
        _server = server;
        _heldBefore = Held();
    }

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    /// <summary>A server that keeps little for use again, so that what it holds shows.</summary>
    public static Task<ScoringServer> StartServerAsync(params string[] settings) =>
        ScoringServer.StartAsync([$"--Scoring:Limits:IdleBufferBytes={IdleBytes}", .. settings]);

    /// <summary>Serves one message first, so that all there is once is there.</summary>
    public static async Task<Aftermath> OfAsync(ScoringServer server)
    {
        await AssertServedAsync(server);
        return new Aftermath(server);
    }

    /// <summary>A client of its own connection is answered.</summary>
    public static async Task AssertServedAsync(ScoringServer server)
    {
        await using var client = ScoringClient.Connect(server.Address);
        using var result = await client.ScoreAsync(new ScoreRequest { Classes = 2, Logits = new float[] { 3, 3 } }, TestEnd);
        Assert.Equal([0.5f, 0.5f], result.ScoresOf(0).ToArray());
    }

    public async Task AssertUnharmedAsync()
    {
        await AssertServedAsync(_server);
        // A connection that is closed ends its streams a little later.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestEnd);
        patience.CancelAfter(TimeSpan.FromSeconds(10));
        while (OpenStreams() != 0 || _server.Pool.Buffers.OutstandingRents != 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), patience.Token);
        }

        Assert.InRange(HeldMore(), long.MinValue, MaxKeptBytes);
    }

    /// <summary>Bytes that the process holds more than before.</summary>
    public long HeldMore()
    {
        var more = Held() - _heldBefore;
        TestContext.Current.SendDiagnosticMessage("{0}: {1} bytes more are held", TestContext.Current.Test?.TestDisplayName ?? "", more);
        return more;
    }

    /// <summary>In the garbage collector's heap, and outside of it.</summary>
    private static long Held() => GC.GetTotalMemory(forceFullCollection: true) + NativeBlock.AllocatedBytes;

    private int OpenStreams()
    {
        var open = -1;
        using var listener = _server.CreateMeterListener(instrument => instrument.Name == "scoring.streams.open");
        listener.SetMeasurementEventCallback<int>((_, value, _, _) => open = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return open;
    }
}
