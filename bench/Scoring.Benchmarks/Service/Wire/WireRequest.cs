using System.Buffers.Binary;
using Google.Protobuf;
using Scoring.Cli.Bench;
using Scoring.FunctionalTests.Infrastructure.Http2;
using Scoring.V1;

namespace Scoring.Benchmarks.Service.Wire;

/// <summary>What a load sends over and over, as bytes that are made once.</summary>
internal sealed class WireRequest
{
    /// <summary>gRPC's prefix of a message: a byte that tells compression, and the length.</summary>
    public const int PrefixSize = 5;

    private readonly byte[][] _messages;

    public WireRequest(LoadPlan plan)
    {
        Plan = plan;
        Headers = Frame.Call(stream: 0, plan.Unary ? "Score" : "ScoreStream").Payload;
        _messages = [.. Enumerable.Range(0, LoadMessage.Distinct).Select(seed => EncodeMessage(plan, seed))];
    }

    public LoadPlan Plan { get; }

    /// <summary>The header block of a call, the same for each.</summary>
    public byte[] Headers { get; }

    /// <summary>A message with its prefix, the nth of a stream.</summary>
    public byte[] Message(long n) => _messages[n % _messages.Length];

    /// <summary>The id of that message, from 1, and less than 128: one byte.</summary>
    public byte Id(long n) => (byte)((n % _messages.Length) + 1);

    /// <summary>Holds a whole answer against what was asked.</summary>
    /// <exception cref="IOException">It is not the answer.</exception>
    public void Check(ReadOnlySpan<byte> answer)
    {
        var response = ScoreResponse.Parser.ParseFrom(answer);
        if (response.Rows != Plan.Rows || response.Classes != Plan.Classes || response.Scores.Count != Plan.Rows * Plan.Classes)
        {
            throw new IOException(
                $"an answer has {response.Scores.Count} scores of {response.Rows} × {response.Classes} in place of {Plan.Rows} × {Plan.Classes}");
        }
    }

    private static byte[] EncodeMessage(LoadPlan plan, int seed)
    {
        var random = new Random(seed);
        var request = new ScoreRequest { Id = (ulong)seed + 1, Head = plan.Head, Classes = (uint)plan.Classes };
        request.Logits.AddRange(Enumerable.Range(0, plan.Rows * plan.Classes).Select(_ => (random.NextSingle() * 20) - 10));
        var message = new byte[PrefixSize + request.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), message.Length - PrefixSize);
        request.WriteTo(message.AsSpan(PrefixSize));
        return message;
    }
}
