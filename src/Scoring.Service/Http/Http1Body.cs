using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Scoring.Service.Http;

/// <summary>
/// The body of a call of HTTP/1.1, of which a read may be given up by its token, and may still be held when the call ends. Kestrel takes either for a
/// read that goes on, does not read what is left of the body, and logs that as an error.
/// </summary>
/// <param name="transport">Kestrel's.</param>
internal sealed class Http1Body(PipeReader transport) : PipeReader
{
    /// <summary>Where what was read and not given back begins, while <see cref="_isHeld"/>.</summary>
    private SequencePosition _held;
    private bool _isHeld;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<ReadResult>(cancellationToken);
        }

        var read = transport.ReadAsync(CancellationToken.None);
        return read.IsCompletedSuccessfully ? new ValueTask<ReadResult>(Hold(read.Result)) : WaitAsync(read, cancellationToken);
    }

    public override bool TryRead(out ReadResult result)
    {
        if (!transport.TryRead(out result))
        {
            return false;
        }

        Hold(result);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _isHeld = false;
        transport.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => transport.CancelPendingRead();

    public override void Complete(Exception? exception = null) => transport.Complete(exception);

    /// <summary>Leaves to the transport what the call has not taken.</summary>
    public void Release()
    {
        if (_isHeld)
        {
            AdvanceTo(_held);
        }
    }

    private ReadResult Hold(ReadResult result)
    {
        (_held, _isHeld) = (result.Buffer.Start, true);
        return result;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> WaitAsync(ValueTask<ReadResult> read, CancellationToken cancellationToken)
    {
        using var end = cancellationToken.UnsafeRegister(static body => ((PipeReader)body!).CancelPendingRead(), transport);
        var result = await read;
        if (result.IsCanceled && cancellationToken.IsCancellationRequested)
        {
            transport.AdvanceTo(result.Buffer.Start);
            throw new OperationCanceledException(cancellationToken);
        }

        return Hold(result);
    }
}
