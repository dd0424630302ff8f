using System.Buffers;
using Scoring.Heads;
using Scoring.Protocol;
using Scoring.V1;

namespace Scoring.Service.Streaming;

/// <summary>How one protocol has its messages, on the wire and in what they ask for: all that the batch needs to know of it.</summary>
internal interface IMessageCodec
{
    /// <summary>What the protocol calls a request, for errors.</summary>
    string RequestName { get; }

    /// <summary>Fills a request that was just rented.</summary>
    void Read(ReadOnlySequence<byte> bytes, PooledScoreRequest request);

    /// <summary>Has the request say in its own fields all that it asks of the head; the error that it is answered with where it cannot.</summary>
    Error? Prepare(PooledScoreRequest request, HeadDefinition head);

    /// <summary>The bytes that the answer takes at most.</summary>
    long MostBytes(in ScoringPlan plan, PooledScoreRequest request);

    /// <summary>The bytes that <see cref="Write"/> will write.</summary>
    int Size(PooledScoreResponse response);

    void Write(PooledScoreResponse response, IBufferWriter<byte> output);
}
