using Scoring.Cli.Files;

namespace Scoring.Cli.Tests.Files;

/// <summary>Pipes to read from that nobody writes to.</summary>
public sealed class SilentPipeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("logits")]
    [InlineData("targets")]
    public async Task The_wait_for_a_writer_ends_with_the_command(string kind)
    {
        using var folder = new TemporaryFolder();
        var pipe = NamedPipe.Make(folder["in.npy"]);
        using var cancel = new CancellationTokenSource();
        var opening = Task.Run(
            async () => kind == "logits" ? (IAsyncDisposable)await LogitReader.OpenAsync(pipe, cancel.Token)
                : await NpyTargetReader.OpenAsync(pipe, classes: 2, cancel.Token),
            TestEnd);
        await cancel.CancelAsync();
        try
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening.WaitAsync(Patience, TestEnd));
        }
        finally
        {
            // Whoever waits in the system waits no longer.
            await using var writer = new FileStream(pipe, FileMode.Open, FileAccess.ReadWrite);
        }
    }
}
