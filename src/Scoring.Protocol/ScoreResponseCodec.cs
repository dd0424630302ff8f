using System.Buffers;
using Google.Protobuf;
using Scoring.Protocol.Wire;
using Scoring.V1;

namespace Scoring.Protocol;

/// <summary>Reads and writes <see cref="ScoreResponse"/> without a copy beyond the one into pooled memory.</summary>
internal static class ScoreResponseCodec
{
    /// <summary>Fills a message that is empty.</summary>
    public static void Read(ReadOnlySequence<byte> bytes, PooledScoreResponse response)
    {
        var reader = new WireReader(bytes);
        while (reader.TryReadTag(out var field, out var type))
        {
            switch ((field, type))
            {
                case (ScoreResponse.IdFieldNumber, WireType.Varint):
                    response.Id = reader.ReadVarint();
                    break;
                case (ScoreResponse.ErrorFieldNumber, WireType.LengthDelimited):
                    ReadError(reader.ReadSlice(), response);
                    break;
                case (ScoreResponse.RowsFieldNumber, WireType.Varint):
                    response.Rows = (uint)reader.ReadVarint();
                    break;
                case (ScoreResponse.ClassesFieldNumber, WireType.Varint):
                    response.Classes = (uint)reader.ReadVarint();
                    break;
                case (ScoreResponse.ScoresFieldNumber, WireType.LengthDelimited):
                    reader.ReadPackedFloats(response.Scores);
                    break;
                case (ScoreResponse.ScoresFieldNumber, WireType.Fixed32):
                    reader.ReadUnpackedFloat(response.Scores);
                    break;
                case (ScoreResponse.TopIndicesFieldNumber, WireType.LengthDelimited):
                    reader.ReadPackedUInt32(response.TopIndices);
                    break;
                case (ScoreResponse.TopIndicesFieldNumber, WireType.Varint):
                    reader.ReadUnpackedUInt32(response.TopIndices);
                    break;
                case (ScoreResponse.TopScoresFieldNumber, WireType.LengthDelimited):
                    reader.ReadPackedFloats(response.TopScores);
                    break;
                case (ScoreResponse.TopScoresFieldNumber, WireType.Fixed32):
                    reader.ReadUnpackedFloat(response.TopScores);
                    break;
                case (ScoreResponse.TopLabelsFieldNumber, WireType.LengthDelimited):
                    response.TopLabels.Add(reader.ReadString());
                    break;
                case (ScoreResponse.LogSumExpFieldNumber, WireType.LengthDelimited):
                    reader.ReadPackedFloats(response.LogSumExp);
                    break;
                case (ScoreResponse.LogSumExpFieldNumber, WireType.Fixed32):
                    reader.ReadUnpackedFloat(response.LogSumExp);
                    break;
                case (ScoreResponse.EntropyFieldNumber, WireType.LengthDelimited):
                    reader.ReadPackedFloats(response.Entropy);
                    break;
                case (ScoreResponse.EntropyFieldNumber, WireType.Fixed32):
                    reader.ReadUnpackedFloat(response.Entropy);
                    break;
                case (ScoreResponse.LossesFieldNumber, WireType.LengthDelimited):
                    reader.ReadPackedFloats(response.Losses);
                    break;
                case (ScoreResponse.LossesFieldNumber, WireType.Fixed32):
                    reader.ReadUnpackedFloat(response.Losses);
                    break;
                case (ScoreResponse.DecisionsFieldNumber, WireType.LengthDelimited):
                    reader.ReadPackedUInt32(response.Decisions);
                    break;
                case (ScoreResponse.DecisionsFieldNumber, WireType.Varint):
                    reader.ReadUnpackedUInt32(response.Decisions);
                    break;
                case (ScoreResponse.InvalidRowsFieldNumber, WireType.LengthDelimited):
                    reader.ReadPackedUInt32(response.InvalidRows);
                    break;
                case (ScoreResponse.InvalidRowsFieldNumber, WireType.Varint):
                    reader.ReadUnpackedUInt32(response.InvalidRows);
                    break;
                case (ScoreResponse.ReceiptFieldNumber, WireType.LengthDelimited):
                    ReadReceipt(reader.ReadNested(), response);
                    break;
                default:
                    reader.Skip(field, type);
                    break;
            }
        }
    }

    /// <summary>The bytes that <see cref="Write"/> will write.</summary>
    public static int Size(PooledScoreResponse response)
    {
        var size = checked(
            WireSize.UInt64(ScoreResponse.IdFieldNumber, response.Id)
            + (response.Error is null ? 0 : WireSize.Nested(ScoreResponse.ErrorFieldNumber, response.Error.CalculateSize()))
            + WireSize.UInt64(ScoreResponse.RowsFieldNumber, response.Rows)
            + WireSize.UInt64(ScoreResponse.ClassesFieldNumber, response.Classes)
            + WireSize.PackedFloats(ScoreResponse.ScoresFieldNumber, response.Scores.Span)
            + WireSize.PackedUInt32(ScoreResponse.TopIndicesFieldNumber, response.TopIndices.Span)
            + WireSize.PackedFloats(ScoreResponse.TopScoresFieldNumber, response.TopScores.Span)
            + WireSize.PackedFloats(ScoreResponse.LogSumExpFieldNumber, response.LogSumExp.Span)
            + WireSize.PackedFloats(ScoreResponse.EntropyFieldNumber, response.Entropy.Span)
            + WireSize.PackedFloats(ScoreResponse.LossesFieldNumber, response.Losses.Span)
            + WireSize.PackedUInt32(ScoreResponse.DecisionsFieldNumber, response.Decisions.Span)
            + WireSize.PackedUInt32(ScoreResponse.InvalidRowsFieldNumber, response.InvalidRows.Span)
            + (response.HasReceipt ? WireSize.Nested(ScoreResponse.ReceiptFieldNumber, ReceiptSize(response)) : 0));

        foreach (var label in response.TopLabels)
        {
            size = checked(size + WireSize.RepeatedString(ScoreResponse.TopLabelsFieldNumber, label));
        }

        for (var i = 0; i < response.TopLabelCount; i++)
        {
            size = checked(size + WireSize.Nested(ScoreResponse.TopLabelsFieldNumber, response.TopLabel(i).Length));
        }

        return size;
    }

    public static void Write(PooledScoreResponse response, IBufferWriter<byte> output)
    {
        var writer = new WireWriter(output);
        writer.UInt64(ScoreResponse.IdFieldNumber, response.Id);
        if (response.Error is not null)
        {
            // Not hot: an error may cost an array.
            var error = response.Error.ToByteArray();
            writer.StartField(ScoreResponse.ErrorFieldNumber, error.Length);
            writer.Raw(error);
        }

        writer.UInt64(ScoreResponse.RowsFieldNumber, response.Rows);
        writer.UInt64(ScoreResponse.ClassesFieldNumber, response.Classes);
        writer.PackedFloats(ScoreResponse.ScoresFieldNumber, response.Scores.Span);
        writer.PackedUInt32(ScoreResponse.TopIndicesFieldNumber, response.TopIndices.Span);
        writer.PackedFloats(ScoreResponse.TopScoresFieldNumber, response.TopScores.Span);
        foreach (var label in response.TopLabels)
        {
            writer.RepeatedString(ScoreResponse.TopLabelsFieldNumber, label);
        }

        for (var i = 0; i < response.TopLabelCount; i++)
        {
            writer.RepeatedString(ScoreResponse.TopLabelsFieldNumber, response.TopLabel(i));
        }

        writer.PackedFloats(ScoreResponse.LogSumExpFieldNumber, response.LogSumExp.Span);
        writer.PackedFloats(ScoreResponse.EntropyFieldNumber, response.Entropy.Span);
        writer.PackedFloats(ScoreResponse.LossesFieldNumber, response.Losses.Span);
        writer.PackedUInt32(ScoreResponse.DecisionsFieldNumber, response.Decisions.Span);
        writer.PackedUInt32(ScoreResponse.InvalidRowsFieldNumber, response.InvalidRows.Span);
        if (response.HasReceipt)
        {
            writer.StartField(ScoreResponse.ReceiptFieldNumber, ReceiptSize(response));
            writer.UInt64(Receipt.QueueNsFieldNumber, response.QueueNs);
            writer.UInt64(Receipt.KernelNsFieldNumber, response.KernelNs);
            writer.UInt64(Receipt.BatchRowsFieldNumber, response.BatchRows);
            writer.UInt64(Receipt.HeadRevisionFieldNumber, response.HeadRevision);
        }

        writer.Finish();
    }

    /// <summary>A nested message that comes in pieces is merged, piece by piece.</summary>
    private static void ReadError(ReadOnlySequence<byte> bytes, PooledScoreResponse response)
    {
        response.Error ??= new Error();
        try
        {
            response.Error.MergeFrom(bytes);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new MalformedMessageException($"in error: {exception.Message}");
        }
    }

    private static void ReadReceipt(WireReader reader, PooledScoreResponse response)
    {
        response.HasReceipt = true;
        while (reader.TryReadTag(out var field, out var type))
        {
            switch ((field, type))
            {
                case (Receipt.QueueNsFieldNumber, WireType.Varint):
                    response.QueueNs = reader.ReadVarint();
                    break;
                case (Receipt.KernelNsFieldNumber, WireType.Varint):
                    response.KernelNs = reader.ReadVarint();
                    break;
                case (Receipt.BatchRowsFieldNumber, WireType.Varint):
                    response.BatchRows = (uint)reader.ReadVarint();
                    break;
                case (Receipt.HeadRevisionFieldNumber, WireType.Varint):
                    response.HeadRevision = reader.ReadVarint();
                    break;
                default:
                    reader.Skip(field, type);
                    break;
            }
        }
    }

    private static int ReceiptSize(PooledScoreResponse response) =>
        WireSize.UInt64(Receipt.QueueNsFieldNumber, response.QueueNs)
        + WireSize.UInt64(Receipt.KernelNsFieldNumber, response.KernelNs)
        + WireSize.UInt64(Receipt.BatchRowsFieldNumber, response.BatchRows)
        + WireSize.UInt64(Receipt.HeadRevisionFieldNumber, response.HeadRevision);
}
