using System.Buffers;
using Google.Protobuf;
using Scoring.Protocol;
using Scoring.V1;

namespace Scoring.Fuzz.Oracles;

/// <summary>For <see cref="ScoreResponseCodec"/>.</summary>
internal sealed class ResponseOracle() : CodecOracle<ScoreResponse, PooledScoreResponse>(ScoreResponse.Parser)
{
    public static ScoreResponse ToGenerated(PooledScoreResponse pooled)
    {
        var response = new ScoreResponse { Id = pooled.Id, Error = pooled.Error, Rows = pooled.Rows, Classes = pooled.Classes };
        response.Scores.AddRange(pooled.Scores.Span.ToArray());
        response.TopIndices.AddRange(pooled.TopIndices.Span.ToArray());
        response.TopScores.AddRange(pooled.TopScores.Span.ToArray());
        response.TopLabels.AddRange(pooled.TopLabels);
        response.LogSumExp.AddRange(pooled.LogSumExp.Span.ToArray());
        response.Entropy.AddRange(pooled.Entropy.Span.ToArray());
        response.Losses.AddRange(pooled.Losses.Span.ToArray());
        response.Decisions.AddRange(pooled.Decisions.Span.ToArray());
        response.InvalidRows.AddRange(pooled.InvalidRows.Span.ToArray());
        if (pooled.HasReceipt)
        {
            response.Receipt = new Receipt
            {
                QueueNs = pooled.QueueNs,
                KernelNs = pooled.KernelNs,
                BatchRows = pooled.BatchRows,
                HeadRevision = pooled.HeadRevision,
            };
        }

        return response;
    }

    /// <summary>A byte can become an element of four bytes in each of two arrays.</summary>
    protected override int MostRentedForEach => 16;

    protected override PooledScoreResponse Rent(MessagePool pool) => pool.RentResponse();

    protected override void Read(ReadOnlySequence<byte> bytes, PooledScoreResponse message) => ScoreResponseCodec.Read(bytes, message);

    protected override void Compare(ScoreResponse expected, PooledScoreResponse read)
    {
        // An error is a generated message, and keeps what it does not know.
        read.Error = read.Error is null ? null : Error.Parser.WithDiscardUnknownFields(true).ParseFrom(read.Error.ToByteArray());
        Same("message", expected, ToGenerated(read));
        SameBytes(expected.ToByteArray(), ScoreResponseCodec.Size(read), output => ScoreResponseCodec.Write(read, output));
    }
}
