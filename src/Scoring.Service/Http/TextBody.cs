using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Grpc.Core;

namespace Scoring.Service.Http;

/// <summary>
/// The bytes of a body in base64, as gRPC-Web in text sends it. The reader that gRPC-Web would put here cannot be asked what has come already, and
/// gives bytes back by threes alone, whereas messages end anywhere. A body may be several texts of base64, each with padding, one after another.
/// </summary>
/// <param name="text">Where the text comes from. It is taken as it comes, and what is made of it lies here until it is consumed.</param>
/// <param name="blocks">What the bytes take their memory from.</param>
internal sealed class TextBody(PipeReader text, MemoryPool<byte> blocks) : PipeReader
{
    public const string ContentType = "application/grpc-web-text";

    /// <summary>Characters that stand for three bytes.</summary>
    private const int Group = 4;

    /// <summary>Characters that are decoded at a time.</summary>
    private const int MostAtOnce = 4096;

    private static readonly SearchValues<byte> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="u8);

    /// <summary>Whoever consumes the bytes is who has them decoded, so nobody is to wait until they are consumed.</summary>
    private readonly Pipe _bytes = new(new PipeOptions(blocks, PipeScheduler.Inline, PipeScheduler.Inline, pauseWriterThreshold: 0));

    /// <summary>What is wrong with the text, which is told once the bytes before it are looked at.</summary>
    private RpcException? _fault;

    /// <summary>Characters that are decoded.</summary>
    private long _decoded;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        ReadResult result;
        while (!_bytes.Reader.TryRead(out result))
        {
            if (_fault is not null)
            {
                throw _fault;
            }

            // It may be cancelled: then so are the bytes, or what was cancelled is over.
            Take(await text.ReadAsync(cancellationToken));
        }

        return result;
    }

    public override bool TryRead(out ReadResult result)
    {
        if (_bytes.Reader.TryRead(out result))
        {
            return true;
        }

        if (_fault is not null || !text.TryRead(out var more))
        {
            return false;
        }

        Take(more);
        return _bytes.Reader.TryRead(out result);
    }

    public override void AdvanceTo(SequencePosition consumed) => _bytes.Reader.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => _bytes.Reader.AdvanceTo(consumed, examined);

    public override void CancelPendingRead()
    {
        // In this order: who is woken looks for the reason here.
        _bytes.Reader.CancelPendingRead();
        text.CancelPendingRead();
    }

    public override void Complete(Exception? exception = null)
    {
        Release();
        text.Complete(exception);
    }

    /// <summary>Gives the memory back, and leaves what has not come to the transport.</summary>
    public void Release()
    {
        _bytes.Writer.Complete();
        _bytes.Reader.Complete();
    }

    private static RpcException NoBase64(string what) =>
        new(new Status(StatusCode.InvalidArgument, $"the body is no base64, as {ContentType} is: {what}"));

    /// <summary>Decodes as much of the text as can be, and gives it back to the transport, from which others may read on whatever it was.</summary>
    private void Take(in ReadResult read)
    {
        var rest = read.Buffer;
        try
        {
            while (_fault is null && rest.Length >= Group)
            {
                rest = rest.Slice(DecodeSome(rest));
            }
        }
        finally
        {
            text.AdvanceTo(rest.Start, rest.End);
        }

        if (_fault is null && read.IsCompleted)
        {
            if (rest.IsEmpty)
            {
                _bytes.Writer.Complete();
                return;
            }

            _fault = NoBase64($"it ends within a group of four characters, at byte {_decoded + rest.Length}");
        }

        var flushed = _bytes.Writer.FlushAsync();
        Debug.Assert(flushed.IsCompleted, "There is no threshold at which to wait.");
    }

    /// <summary>Decodes what the text begins with, up to the next padding; tells how many characters that was.</summary>
    private int DecodeSome(in ReadOnlySequence<byte> rest)
    {
        Span<byte> across = stackalloc byte[Group];
        scoped var some = rest.FirstSpan;
        if (some.Length < Group)
        {
            rest.Slice(0, Group).CopyTo(across);
            some = across;
        }

        some = some[..Math.Min(some.Length / Group * Group, MostAtOnce)];
        if (some.IndexOf((byte)'=') is >= 0 and var padding)
        {
            some = some[..((padding / Group + 1) * Group)];
        }

        if (some.IndexOfAnyExcept(Alphabet) is >= 0 and var wrong)
        {
            _fault = NoBase64($"byte {_decoded + wrong} is 0x{some[wrong]:X2}");
            some = some[..(wrong / Group * Group)];
        }

        var status = Base64.DecodeFromUtf8(some, _bytes.Writer.GetSpan(MostAtOnce), out var decoded, out var written);
        _bytes.Writer.Advance(written);
        _decoded += decoded;
        if (status != OperationStatus.Done)
        {
            _fault = NoBase64($"= stands in the wrong place in the four characters from byte {_decoded} on");
        }

        return decoded;
    }
}
