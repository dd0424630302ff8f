using System.Buffers;
using Scoring.Heads;
using Scoring.Protocol;
using Scoring.Service.Streaming;
using Scoring.V1;

namespace Scoring.FunctionalTests.Faults;

/// <summary>The service's codec, but for one message that fails at one step.</summary>
internal sealed class FailingCodec(FailingStep failing) : IMessageCodec
{
    /// <summary>Of the message that fails.</summary>
    public const ulong Id = 666;

    public string RequestName => "ScoreRequest";

    public void Read(ReadOnlySequence<byte> bytes, PooledScoreRequest request)
    {
        ScoreMessageCodec.Instance.Read(bytes, request);
        FailAt(FailingStep.Read, request.Id);
    }

    public Error? Prepare(PooledScoreRequest request, HeadDefinition head) => ScoreMessageCodec.Instance.Prepare(request, head);

    public long MostBytes(in ScoringPlan plan, PooledScoreRequest request) => ScoreMessageCodec.Instance.MostBytes(plan, request);

    public int Size(PooledScoreResponse response)
    {
        FailAt(FailingStep.Size, response);
        return ScoreMessageCodec.Instance.Size(response);
    }

    public void Write(PooledScoreResponse response, IBufferWriter<byte> output)
    {
        ScoreMessageCodec.Instance.Write(response, output);
        FailAt(FailingStep.Write, response);
    }

    private void FailAt(FailingStep step, PooledScoreResponse response)
    {
        if (response.Error is null)
        {
            FailAt(step, response.Id);
        }
    }

    private void FailAt(FailingStep step, ulong id)
    {
        if (step == failing && id == Id)
        {
            throw new TimeZoneNotFoundException();
        }
    }
}
