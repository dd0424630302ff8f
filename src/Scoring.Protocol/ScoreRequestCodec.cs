using System.Buffers;
using System.Numerics;
using Scoring.Protocol.Buffers;
using Scoring.Protocol.Wire;
using Scoring.V1;

namespace Scoring.Protocol;

/// <summary>Reads and writes <see cref="ScoreRequest"/> without a copy beyond the one into pooled memory.</summary>
internal static class ScoreRequestCodec
{
    /// <summary>Fills a message that is empty but for its head, which serves as a hint.</summary>
    public static void Read(ReadOnlySequence<byte> bytes, PooledScoreRequest request)
    {
        var knownHead = request.Head;
        request.Head = string.Empty;

        var mostTargets = PooledScoreRequest.MostTargets(bytes.Length);
        var reader = new WireReader(bytes);
        while (reader.TryReadTag(out var field, out var type))
        {
            switch ((field, type))
            {
                case (ScoreRequest.IdFieldNumber, WireType.Varint):
                    request.Id = reader.ReadVarint();
                    break;
                case (ScoreRequest.HeadFieldNumber, WireType.LengthDelimited):
                    request.Head = reader.ReadString(knownHead, PooledScoreRequest.MaxHeadLength);
                    break;
                case (ScoreRequest.ClassesFieldNumber, WireType.Varint):
                    request.Classes = (uint)reader.ReadVarint();
                    break;
                case (ScoreRequest.LogitsFieldNumber, WireType.LengthDelimited):
                    reader.ReadPackedFloats(request.Logits);
                    break;
                case (ScoreRequest.LogitsFieldNumber, WireType.Fixed32):
                    reader.ReadUnpackedFloat(request.Logits);
                    break;
                case (ScoreRequest.DataFieldNumber, WireType.LengthDelimited):
                    reader.ReadBytes(request.Data);
                    break;
                case (ScoreRequest.DataTypeFieldNumber, WireType.Varint):
                    request.DataType = (DataType)reader.ReadVarint();
                    break;
                case (ScoreRequest.OutputsFieldNumber, WireType.LengthDelimited):
                    ReadOutputs(reader.ReadPackedSlice(), request);
                    break;
                case (ScoreRequest.OutputsFieldNumber, WireType.Varint):
                    AddOutput(request, (int)reader.ReadVarint());
                    break;
                case (ScoreRequest.TopKFieldNumber, WireType.Varint):
                    request.TopK = (uint)reader.ReadVarint();
                    break;
                case (ScoreRequest.TemperatureFieldNumber, WireType.Fixed32):
                    request.Temperature = reader.ReadFloat();
                    break;
                case (ScoreRequest.TargetsFieldNumber, WireType.LengthDelimited):
                    request.SurplusTargets += reader.ReadPackedUInt32(request.Targets, mostTargets);
                    break;
                case (ScoreRequest.TargetsFieldNumber, WireType.Varint):
                    request.SurplusTargets += reader.ReadUnpackedUInt32(request.Targets, mostTargets);
                    break;
                case (ScoreRequest.NonFiniteFieldNumber, WireType.Varint):
                    request.NonFinite = (NonFinite)reader.ReadVarint();
                    break;
                case (ScoreRequest.TraceparentFieldNumber, WireType.LengthDelimited):
                    request.Traceparent = reader.ReadString(string.Empty, PooledScoreRequest.MaxTraceparentLength);
                    break;
                case (ScoreRequest.TargetLabelsFieldNumber, WireType.LengthDelimited):
                    request.SurplusTargets += reader.ReadString(request.TargetLabels, mostTargets);
                    break;
                default:
                    reader.Skip(field, type);
                    break;
            }
        }
    }

    /// <summary>The bytes that <see cref="Write"/> will write.</summary>
    public static int Size(PooledScoreRequest request) => checked(
        WireSize.UInt64(ScoreRequest.IdFieldNumber, request.Id)
        + WireSize.String(ScoreRequest.HeadFieldNumber, request.Head)
        + WireSize.UInt64(ScoreRequest.ClassesFieldNumber, request.Classes)
        + WireSize.PackedFloats(ScoreRequest.LogitsFieldNumber, request.Logits.Span)
        + WireSize.Bytes(ScoreRequest.DataFieldNumber, request.Data.Span)
        + WireSize.UInt64(ScoreRequest.DataTypeFieldNumber, Enum(request.DataType))
        + OutputsSize(request.Outputs)
        + WireSize.UInt64(ScoreRequest.TopKFieldNumber, request.TopK)
        + WireSize.OptionalFloat(ScoreRequest.TemperatureFieldNumber, request.Temperature)
        + WireSize.PackedUInt32(ScoreRequest.TargetsFieldNumber, request.Targets.Span)
        + WireSize.UInt64(ScoreRequest.NonFiniteFieldNumber, Enum(request.NonFinite))
        + WireSize.String(ScoreRequest.TraceparentFieldNumber, request.Traceparent)
        + TargetLabelsSize(request.TargetLabels));

    public static void Write(PooledScoreRequest request, IBufferWriter<byte> output)
    {
        var writer = new WireWriter(output);
        writer.UInt64(ScoreRequest.IdFieldNumber, request.Id);
        writer.String(ScoreRequest.HeadFieldNumber, request.Head);
        writer.UInt64(ScoreRequest.ClassesFieldNumber, request.Classes);
        writer.PackedFloats(ScoreRequest.LogitsFieldNumber, request.Logits.Span);
        writer.Bytes(ScoreRequest.DataFieldNumber, request.Data.Span);
        writer.UInt64(ScoreRequest.DataTypeFieldNumber, Enum(request.DataType));
        WriteOutputs(ref writer, request.Outputs);
        writer.UInt64(ScoreRequest.TopKFieldNumber, request.TopK);
        writer.OptionalFloat(ScoreRequest.TemperatureFieldNumber, request.Temperature);
        writer.PackedUInt32(ScoreRequest.TargetsFieldNumber, request.Targets.Span);
        writer.UInt64(ScoreRequest.NonFiniteFieldNumber, Enum(request.NonFinite));
        writer.String(ScoreRequest.TraceparentFieldNumber, request.Traceparent);
        for (var i = 0; i < request.TargetLabels.Count; i++)
        {
            writer.RepeatedString(ScoreRequest.TargetLabelsFieldNumber, request.TargetLabels[i]);
        }

        writer.Finish();
    }

    private static void ReadOutputs(ReadOnlySequence<byte> packed, PooledScoreRequest request)
    {
        var reader = new WireReader(packed);
        while (reader.Remaining > 0)
        {
            AddOutput(request, (int)reader.ReadVarint());
        }
    }

    /// <summary>Asks for an output by its number.</summary>
    public static void AddOutput(PooledScoreRequest request, int output)
    {
        // Enums are open in proto3: what a newer client asks for is well-formed, and refused by name later.
        if ((uint)output < 32 && (OutputSet.All & (OutputSet)(1 << output)) != 0)
        {
            request.Outputs |= (OutputSet)(1 << output);
        }
        else
        {
            request.UnknownOutput ??= output;
        }
    }

    private static int TargetLabelsSize(PooledStrings labels)
    {
        var size = 0;
        for (var i = 0; i < labels.Count; i++)
        {
            size = checked(size + WireSize.Nested(ScoreRequest.TargetLabelsFieldNumber, labels[i].Length));
        }

        return size;
    }

    private static int OutputsSize(OutputSet outputs) =>
        outputs == OutputSet.None ? 0 : WireSize.Nested(ScoreRequest.OutputsFieldNumber, BitOperations.PopCount((uint)outputs));

    private static void WriteOutputs(ref WireWriter writer, OutputSet outputs)
    {
        if (outputs == OutputSet.None)
        {
            return;
        }

        Span<uint> values = stackalloc uint[32];
        var count = 0;
        for (var bits = (uint)outputs; bits != 0; bits &= bits - 1)
        {
            values[count++] = (uint)BitOperations.TrailingZeroCount(bits);
        }

        writer.PackedUInt32(ScoreRequest.OutputsFieldNumber, values[..count]);
    }

    /// <summary>Enums are int32 on the wire, so negative values extend to 64 bits.</summary>
    private static ulong Enum(DataType value) => (ulong)(long)value;

    private static ulong Enum(NonFinite value) => (ulong)(long)value;
}
