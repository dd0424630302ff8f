using System.Buffers;
using Inference;
using Scoring.Heads;
using Scoring.Protocol;
using Scoring.Protocol.OpenInference;
using Scoring.Service.Streaming;
using Scoring.V1;

namespace Scoring.Service.OpenInference;

/// <summary>The messages of ModelStreamInfer, and what those of ModelInfer ask for. Each answer that is written is counted.</summary>
internal sealed class InferenceMessageCodec(InferenceCounters counters) : IMessageCodec
{
    public string RequestName => nameof(ModelInferRequest);

    public void Read(ReadOnlySequence<byte> bytes, PooledScoreRequest request)
    {
        // First, so that it is so whatever reading runs into.
        request.StartInference().IsStreamed = true;
        InferenceRequestCodec.Read(bytes, request);
    }

    public Error? Prepare(PooledScoreRequest request, HeadDefinition head) => InferenceChecker.Apply(request, request.Inference!, head);

    public long MostBytes(in ScoringPlan plan, PooledScoreRequest request) => InferenceAnswerSize.Of(plan, request.Inference!);

    public int Size(PooledScoreResponse response) => InferenceResponseCodec.Size(response);

    public void Write(PooledScoreResponse response, IBufferWriter<byte> output)
    {
        InferenceResponseCodec.Write(response, output);
        counters.Count(response);
    }
}
