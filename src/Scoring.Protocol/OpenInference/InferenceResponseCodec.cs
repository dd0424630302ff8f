using System.Buffers;
using System.Globalization;
using Inference;
using Scoring.Protocol.Wire;

namespace Scoring.Protocol.OpenInference;

/// <summary>
/// Writes a pooled <see cref="PooledScoreResponse"/> as <see cref="ModelInferResponse"/>, or on a stream as <see cref="ModelStreamInferResponse"/>,
/// with raw contents straight from pooled memory; and reads the scores of one back.
/// </summary>
internal static class InferenceResponseCodec
{
    /// <summary>The entry <c>triton_final_response: true</c> of the map of parameters: one answer to each request is all there is.</summary>
    private static readonly byte[] FinalResponse = [10, 21, .. "triton_final_response"u8, 18, 2, 8, 1];

    /// <summary>The bytes that <see cref="Write"/> will write.</summary>
    public static int Size(PooledScoreResponse response)
    {
        var size = AnswerSize(response);
        if (!response.Inference!.IsStreamed)
        {
            return size;
        }

        return checked(WireSize.Nested(ModelStreamInferResponse.InferResponseFieldNumber, size)
            + (response.Error is null ? 0 : WireSize.String(ModelStreamInferResponse.ErrorMessageFieldNumber, response.Error.Message)));
    }

    public static void Write(PooledScoreResponse response, IBufferWriter<byte> output)
    {
        var writer = new WireWriter(output);
        if (response.Inference!.IsStreamed)
        {
            if (response.Error is not null)
            {
                writer.String(ModelStreamInferResponse.ErrorMessageFieldNumber, response.Error.Message);
            }

            writer.StartField(ModelStreamInferResponse.InferResponseFieldNumber, AnswerSize(response));
        }

        WriteAnswer(response, ref writer);
        writer.Finish();
    }

    /// <summary>Fills a message that is empty with the id and the scores of an answer of a stream, or with its error.</summary>
    public static void Read(ReadOnlySequence<byte> bytes, PooledScoreResponse response)
    {
        var reader = new WireReader(bytes);
        while (reader.TryReadTag(out var field, out var type))
        {
            switch ((field, type))
            {
                case (ModelStreamInferResponse.ErrorMessageFieldNumber, WireType.LengthDelimited):
                    // The protocol has no field for the code.
                    response.Error = new V1.Error { Code = 2, Message = reader.ReadString() };
                    break;
                case (ModelStreamInferResponse.InferResponseFieldNumber, WireType.LengthDelimited):
                    ReadAnswer(reader.ReadNested(), response);
                    break;
                default:
                    reader.Skip(field, type);
                    break;
            }
        }
    }

    private static void ReadAnswer(WireReader reader, PooledScoreResponse response)
    {
        while (reader.TryReadTag(out var field, out var type))
        {
            switch ((field, type))
            {
                case (ModelInferResponse.IdFieldNumber, WireType.LengthDelimited):
                    response.Id = ulong.TryParse(reader.ReadString(), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                        ? id
                        : throw new MalformedMessageException("the id is none that was sent");
                    break;
                case (ModelInferResponse.OutputsFieldNumber, WireType.LengthDelimited):
                    ReadShape(reader.ReadNested(), response);
                    break;
                case (ModelInferResponse.RawOutputContentsFieldNumber, WireType.LengthDelimited):
                    reader.ReadRawFloats(response.Scores);
                    break;
                default:
                    reader.Skip(field, type);
                    break;
            }
        }
    }

    private static void ReadShape(WireReader reader, PooledScoreResponse response)
    {
        while (reader.TryReadTag(out var field, out var type))
        {
            if ((field, type) == (ModelInferResponse.Types.InferOutputTensor.ShapeFieldNumber, WireType.LengthDelimited))
            {
                var shape = new WireReader(reader.ReadPackedSlice());
                response.Rows = (uint)shape.ReadVarint();
                response.Classes = (uint)shape.ReadVarint();
            }
            else
            {
                reader.Skip(field, type);
            }
        }
    }

    private static int AnswerSize(PooledScoreResponse response)
    {
        var details = response.Inference!;
        var size = WireSize.String(ModelInferResponse.ModelNameFieldNumber, details.ModelName)
            + WireSize.String(ModelInferResponse.ModelVersionFieldNumber, details.HeadVersion)
            + WireSize.String(ModelInferResponse.IdFieldNumber, details.Id)
            + (details.IsStreamed ? WireSize.Nested(ModelInferResponse.ParametersFieldNumber, FinalResponse.Length) : 0);
        if (response.Error is not null)
        {
            return size;
        }

        foreach (ref var output in details.Outputs)
        {
            var tensor = new OutputTensor(response, output);
            output = output with { RawSize = tensor.RawSize };
            size = checked(size
                + WireSize.Nested(ModelInferResponse.OutputsFieldNumber, tensor.DescriptionSize)
                + WireSize.Nested(ModelInferResponse.RawOutputContentsFieldNumber, output.RawSize));
        }

        return size;
    }

    private static void WriteAnswer(PooledScoreResponse response, ref WireWriter writer)
    {
        var details = response.Inference!;
        writer.String(ModelInferResponse.ModelNameFieldNumber, details.ModelName);
        writer.String(ModelInferResponse.ModelVersionFieldNumber, details.HeadVersion);
        writer.String(ModelInferResponse.IdFieldNumber, details.Id);
        if (details.IsStreamed)
        {
            writer.StartField(ModelInferResponse.ParametersFieldNumber, FinalResponse.Length);
            writer.Raw(FinalResponse);
        }

        if (response.Error is not null)
        {
            return;
        }

        foreach (var output in details.Outputs)
        {
            var tensor = new OutputTensor(response, output);
            writer.StartField(ModelInferResponse.OutputsFieldNumber, tensor.DescriptionSize);
            tensor.Describe(ref writer);
        }

        foreach (var output in details.Outputs)
        {
            var tensor = new OutputTensor(response, output);
            writer.StartField(ModelInferResponse.RawOutputContentsFieldNumber, tensor.RawSize);
            tensor.WriteRaw(ref writer);
        }
    }
}
