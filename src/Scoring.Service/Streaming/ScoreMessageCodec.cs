using System.Buffers;
using Scoring.Heads;
using Scoring.Protocol;
using Scoring.V1;

namespace Scoring.Service.Streaming;

/// <summary>The messages of <c>scoring.v1</c>.</summary>
internal sealed class ScoreMessageCodec : IMessageCodec
{
    public static readonly ScoreMessageCodec Instance = new();

    public string RequestName => nameof(ScoreRequest);

    public void Read(ReadOnlySequence<byte> bytes, PooledScoreRequest request) => ScoreRequestCodec.Read(bytes, request);

    public Error? Prepare(PooledScoreRequest request, HeadDefinition head) => null;

    public long MostBytes(in ScoringPlan plan, PooledScoreRequest request) => AnswerSize.Of(plan, request);

    public int Size(PooledScoreResponse response) => ScoreResponseCodec.Size(response);

    public void Write(PooledScoreResponse response, IBufferWriter<byte> output) => ScoreResponseCodec.Write(response, output);
}
