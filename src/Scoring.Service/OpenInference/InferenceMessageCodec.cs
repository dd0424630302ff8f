using System.Buffers;
using Inference;
using Scoring.Protocol;
using Scoring.Protocol.OpenInference;
using Scoring.Service.Streaming;

namespace Scoring.Service.OpenInference;

/// <summary>The messages of ModelStreamInfer. Each answer that is written is counted.</summary>
internal sealed class InferenceMessageCodec(InferenceCounters counters) : IMessageCodec
{
    public string RequestName => nameof(ModelInferRequest);

    public void Read(ReadOnlySequence<byte> bytes, PooledScoreRequest request)
    {
        InferenceRequestCodec.Read(bytes, request);
        request.Inference!.IsStreamed = true;
    }

    public int Size(PooledScoreResponse response) => InferenceResponseCodec.Size(response);

    public void Write(PooledScoreResponse response, IBufferWriter<byte> output)
    {
        counters.Count(response);
        InferenceResponseCodec.Write(response, output);
    }
}
