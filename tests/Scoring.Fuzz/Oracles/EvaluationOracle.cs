using System.Buffers;
using System.Text;
using Google.Protobuf;
using Scoring.Protocol;
using Scoring.V1;

namespace Scoring.Fuzz.Oracles;

/// <summary>For <see cref="EvaluateRequestCodec"/>.</summary>
internal sealed class EvaluationOracle() : CodecOracle<EvaluateRequest, PooledScoreRequest>(EvaluateRequest.Parser)
{
    protected override PooledScoreRequest Rent(MessagePool pool) => pool.RentRequest();

    protected override void Read(ReadOnlySequence<byte> bytes, PooledScoreRequest message) => EvaluateRequestCodec.Read(bytes, message);

    protected override void Compare(EvaluateRequest expected, PooledScoreRequest read)
    {
        var found = new EvaluateRequest
        {
            Head = read.Head,
            Classes = read.Classes,
            Data = ByteString.CopyFrom(read.Data.Span),
            DataType = read.DataType
        };
        found.Logits.AddRange(read.Logits.Span.ToArray());
        found.Targets.AddRange(read.Targets.Span.ToArray());
        found.TargetLabels.AddRange(Enumerable.Range(0, read.TargetLabels.Count).Select(i => Encoding.UTF8.GetString(read.TargetLabels[i])));
        if (read.Temperature is { } temperature)
        {
            found.Temperature = temperature;
        }

        var kept = expected.Clone();
        kept.Head = Kept(kept.Head, PooledScoreRequest.MaxHeadLength);
        KeepTargets(kept.Targets, kept.TargetLabels, read);
        Same("message", kept, found);
    }
}
