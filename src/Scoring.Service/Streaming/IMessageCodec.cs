using System.Buffers;
using Scoring.Protocol;

namespace Scoring.Service.Streaming;

/// <summary>How one protocol has the messages of a stream on the wire.</summary>
internal interface IMessageCodec
{
    /// <summary>What the protocol calls a request, for errors.</summary>
    string RequestName { get; }

    /// <summary>Fills a request that was just rented.</summary>
    void Read(ReadOnlySequence<byte> bytes, PooledScoreRequest request);

    /// <summary>The bytes that <see cref="Write"/> will write.</summary>
    int Size(PooledScoreResponse response);

    void Write(PooledScoreResponse response, IBufferWriter<byte> output);
}
