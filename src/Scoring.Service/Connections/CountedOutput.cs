using System.IO.Pipelines;
using Scoring.Service.Memory;

namespace Scoring.Service.Connections;

/// <summary>
/// What a connection of HTTP/1.1 is answered through. The transport's pipe takes its memory from a pool that is everybody's, and here counts for this
/// connection; that of HTTP/2 has a pipe of its own for each answer, in memory of the connection's.
/// </summary>
/// <param name="transport">The transport's own.</param>
/// <param name="blocks">What memory is taken from for the connection.</param>
internal sealed class CountedOutput(IDuplexPipe transport, ConnectionBlocks blocks) : PipeWriter, IDuplexPipe
{
    public PipeReader Input => transport.Input;

    public PipeWriter Output => this;

    public override bool CanGetUnflushedBytes => transport.Output.CanGetUnflushedBytes;

    public override long UnflushedBytes => transport.Output.UnflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        LargeBlockMemoryPool.RentsFor = blocks;
        try
        {
            return transport.Output.GetMemory(sizeHint);
        }
        finally
        {
            LargeBlockMemoryPool.RentsFor = null;
        }
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes) => transport.Output.Advance(bytes);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        transport.Output.FlushAsync(cancellationToken);

    public override void CancelPendingFlush() => transport.Output.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => transport.Output.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => transport.Output.CompleteAsync(exception);
}
