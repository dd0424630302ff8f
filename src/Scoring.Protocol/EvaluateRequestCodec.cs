using System.Buffers;
using Scoring.Protocol.Wire;
using Scoring.V1;

namespace Scoring.Protocol;

/// <summary>
/// Reads <see cref="EvaluateRequest"/> as the <see cref="PooledScoreRequest"/> that it is but for the numbers of its fields: what a message makes the
/// server hold is counted, and no more than in proportion to its bytes.
/// </summary>
internal static class EvaluateRequestCodec
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
                case (EvaluateRequest.HeadFieldNumber, WireType.LengthDelimited):
                    request.Head = reader.ReadString(knownHead, PooledScoreRequest.MaxHeadLength);
                    break;
                case (EvaluateRequest.ClassesFieldNumber, WireType.Varint):
                    request.Classes = (uint)reader.ReadVarint();
                    break;
                case (EvaluateRequest.LogitsFieldNumber, WireType.LengthDelimited):
                    reader.ReadPackedFloats(request.Logits);
                    break;
                case (EvaluateRequest.LogitsFieldNumber, WireType.Fixed32):
                    reader.ReadUnpackedFloat(request.Logits);
                    break;
                case (EvaluateRequest.DataFieldNumber, WireType.LengthDelimited):
                    reader.ReadBytes(request.Data);
                    break;
                case (EvaluateRequest.DataTypeFieldNumber, WireType.Varint):
                    request.DataType = (DataType)reader.ReadVarint();
                    break;
                case (EvaluateRequest.TemperatureFieldNumber, WireType.Fixed32):
                    request.Temperature = reader.ReadFloat();
                    break;
                case (EvaluateRequest.TargetsFieldNumber, WireType.LengthDelimited):
                    request.SurplusTargets += reader.ReadPackedUInt32(request.Targets, mostTargets);
                    break;
                case (EvaluateRequest.TargetsFieldNumber, WireType.Varint):
                    request.SurplusTargets += reader.ReadUnpackedUInt32(request.Targets, mostTargets);
                    break;
                case (EvaluateRequest.TargetLabelsFieldNumber, WireType.LengthDelimited):
                    request.SurplusTargets += reader.ReadString(request.TargetLabels, mostTargets);
                    break;
                default:
                    reader.Skip(field, type);
                    break;
            }
        }
    }
}
