using System.Buffers;
using System.Text;
using Google.Protobuf;
using Scoring.Protocol;
using Scoring.V1;

namespace Scoring.Fuzz.Oracles;

/// <summary>For <see cref="ScoreRequestCodec"/>.</summary>
internal sealed class RequestOracle() : CodecOracle<ScoreRequest, PooledScoreRequest>(ScoreRequest.Parser)
{
    public static ScoreRequest ToGenerated(PooledScoreRequest pooled)
    {
        var request = new ScoreRequest
        {
            Id = pooled.Id,
            Head = pooled.Head,
            Classes = pooled.Classes,
            Data = ByteString.CopyFrom(pooled.Data.Span),
            DataType = pooled.DataType,
            TopK = pooled.TopK,
            NonFinite = pooled.NonFinite,
            Traceparent = pooled.Traceparent,
        };
        request.Logits.AddRange(pooled.Logits.Span.ToArray());
        request.Outputs.AddRange(Enum.GetValues<Output>().Where(output => pooled.Outputs.HasFlag((OutputSet)(1 << (int)output))));
        request.Targets.AddRange(pooled.Targets.Span.ToArray());
        request.TargetLabels.AddRange(Enumerable.Range(0, pooled.TargetLabels.Count).Select(i => Encoding.UTF8.GetString(pooled.TargetLabels[i])));
        if (pooled.Temperature is { } temperature)
        {
            request.Temperature = temperature;
        }

        return request;
    }

    protected override PooledScoreRequest Rent(MessagePool pool) => pool.RentRequest();

    protected override void Read(ReadOnlySequence<byte> bytes, PooledScoreRequest message) => ScoreRequestCodec.Read(bytes, message);

    protected override void Compare(ScoreRequest expected, PooledScoreRequest read)
    {
        // The pooled message has outputs as a set, and of those it does not know the first; texts it has as far as they may go.
        var known = expected.Clone();
        known.Head = Kept(known.Head, PooledScoreRequest.MaxHeadLength);
        KeepTargets(known.Targets, known.TargetLabels, read);
        known.Traceparent = Kept(known.Traceparent, PooledScoreRequest.MaxTraceparentLength);
        known.Outputs.Clear();
        known.Outputs.AddRange(expected.Outputs.Where(Enum.IsDefined).Distinct().Order());
        Same("unknown output", expected.Outputs.Where(
            output => !Enum.IsDefined(output)).Select(output => (int?)output).FirstOrDefault(), read.UnknownOutput);
        Same("message", known, ToGenerated(read));
        SameBytes(known.ToByteArray(), ScoreRequestCodec.Size(read), output => ScoreRequestCodec.Write(read, output));
    }
}
