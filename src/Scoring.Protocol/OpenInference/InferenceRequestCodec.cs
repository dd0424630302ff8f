using System.Buffers;
using System.Globalization;
using Inference;
using Scoring.Protocol.Wire;

namespace Scoring.Protocol.OpenInference;

/// <summary>
/// Reads and writes <see cref="ModelInferRequest"/> as a pooled <see cref="PooledScoreRequest"/>: the input's bytes go straight into pooled memory,
/// and what a ScoreRequest has no field for into its <see cref="InferenceDetails"/>. What makes no sense is for whoever checks the request to tell.
/// </summary>
internal static class InferenceRequestCodec
{
    public const string Input = "logits";
    public const string Scores = "scores";

    private static readonly string[] DataTypes = ["FP32", "FP16", "BF16", "FP64"];

    /// <summary>Fills a message that is empty but for its head, which serves as a hint.</summary>
    public static void Read(ReadOnlySequence<byte> bytes, PooledScoreRequest request)
    {
        var knownHead = request.Head;
        request.Head = string.Empty;
        var details = request.StartInference();

        var reader = new WireReader(bytes);
        while (reader.TryReadTag(out var field, out var type))
        {
            switch ((field, type))
            {
                case (ModelInferRequest.ModelNameFieldNumber, WireType.LengthDelimited):
                    request.Head = reader.ReadString(knownHead, PooledScoreRequest.MaxHeadLength);
                    break;
                case (ModelInferRequest.ModelVersionFieldNumber, WireType.LengthDelimited):
                    details.ModelVersion = reader.ReadString([], InferenceDetails.MaxNameLength);
                    break;
                case (ModelInferRequest.IdFieldNumber, WireType.LengthDelimited):
                    details.Id = reader.ReadString([], InferenceDetails.MaxIdLength);
                    details.HasLongId = details.Id.Length > InferenceDetails.MaxIdLength;
                    details.Id = details.HasLongId ? string.Empty : details.Id;
                    break;
                case (ModelInferRequest.ParametersFieldNumber, WireType.LengthDelimited):
                    ReadParameter(reader.ReadNested(), details);
                    break;
                case (ModelInferRequest.InputsFieldNumber, WireType.LengthDelimited):
                    ReadInput(reader.ReadNested(), request, details);
                    break;
                case (ModelInferRequest.OutputsFieldNumber, WireType.LengthDelimited):
                    details.AddOutput(ReadOutput(reader.ReadNested()));
                    break;
                case (ModelInferRequest.RawInputContentsFieldNumber, WireType.LengthDelimited):
                    details.RawContents++;
                    reader.ReadBytes(request.Data);
                    break;
                default:
                    reader.Skip(field, type);
                    break;
            }
        }

        details.ModelName = request.Head;
    }

    /// <summary>The bytes that <see cref="Write"/> will write.</summary>
    public static int Size(PooledScoreRequest request) => checked(
        WireSize.String(ModelInferRequest.ModelNameFieldNumber, request.Head)
        + WireSize.String(ModelInferRequest.IdFieldNumber, Id(request))
        + WireSize.Nested(ModelInferRequest.InputsFieldNumber, InputSize(request))
        + WireSize.Nested(ModelInferRequest.OutputsFieldNumber, OutputSize)
        + WireSize.Nested(ModelInferRequest.RawInputContentsFieldNumber, request.Logits.Count * sizeof(float)));

    /// <summary>Writes FP32 logits, and asks for their scores.</summary>
    public static void Write(PooledScoreRequest request, IBufferWriter<byte> output)
    {
        var writer = new WireWriter(output);
        writer.String(ModelInferRequest.ModelNameFieldNumber, request.Head);
        writer.String(ModelInferRequest.IdFieldNumber, Id(request));
        writer.StartField(ModelInferRequest.InputsFieldNumber, InputSize(request));
        writer.String(ModelInferRequest.Types.InferInputTensor.NameFieldNumber, Input);
        writer.String(ModelInferRequest.Types.InferInputTensor.DatatypeFieldNumber, "FP32");
        writer.PackedUInt32(ModelInferRequest.Types.InferInputTensor.ShapeFieldNumber, [Rows(request), request.Classes]);
        writer.StartField(ModelInferRequest.OutputsFieldNumber, OutputSize);
        writer.String(ModelInferRequest.Types.InferRequestedOutputTensor.NameFieldNumber, Scores);
        writer.PackedFloats(ModelInferRequest.RawInputContentsFieldNumber, request.Logits.Span);
        writer.Finish();
    }

    private static int OutputSize { get; } = WireSize.String(ModelInferRequest.Types.InferRequestedOutputTensor.NameFieldNumber, Scores);

    private static int InputSize(PooledScoreRequest request) =>
        WireSize.String(ModelInferRequest.Types.InferInputTensor.NameFieldNumber, Input)
        + WireSize.String(ModelInferRequest.Types.InferInputTensor.DatatypeFieldNumber, "FP32")
        + WireSize.PackedUInt32(ModelInferRequest.Types.InferInputTensor.ShapeFieldNumber, [Rows(request), request.Classes]);

    private static uint Rows(PooledScoreRequest request) => (uint)request.Logits.Count / request.Classes;

    private static string Id(PooledScoreRequest request) => request.Id.ToString(CultureInfo.InvariantCulture);

    private static void ReadInput(WireReader reader, PooledScoreRequest request, InferenceDetails details)
    {
        details.Inputs++;
        (details.InputName, details.DataTypeName) = (string.Empty, string.Empty);
        while (reader.TryReadTag(out var field, out var type))
        {
            switch ((field, type))
            {
                case (ModelInferRequest.Types.InferInputTensor.NameFieldNumber, WireType.LengthDelimited):
                    details.InputName = reader.ReadString(Input, InferenceDetails.MaxNameLength);
                    break;
                case (ModelInferRequest.Types.InferInputTensor.DatatypeFieldNumber, WireType.LengthDelimited):
                    details.DataTypeName = reader.ReadString(DataTypes, InferenceDetails.MaxNameLength);
                    break;
                case (ModelInferRequest.Types.InferInputTensor.ShapeFieldNumber, WireType.LengthDelimited):
                    var shape = new WireReader(reader.ReadPackedSlice());
                    while (shape.Remaining > 0)
                    {
                        details.AddDimension((long)shape.ReadVarint());
                    }

                    break;
                case (ModelInferRequest.Types.InferInputTensor.ShapeFieldNumber, WireType.Varint):
                    details.AddDimension((long)reader.ReadVarint());
                    break;
                case (ModelInferRequest.Types.InferInputTensor.ContentsFieldNumber, WireType.LengthDelimited):
                    ReadContents(reader.ReadNested(), request, details);
                    break;
                default:
                    reader.Skip(field, type);
                    break;
            }
        }
    }

    /// <summary>Doubles lie in the message as they lie in <see cref="PooledScoreRequest.Data"/>.</summary>
    private static void ReadContents(WireReader reader, PooledScoreRequest request, InferenceDetails details)
    {
        while (reader.TryReadTag(out var field, out var type))
        {
            switch ((field, type))
            {
                case (InferTensorContents.Fp32ContentsFieldNumber, WireType.LengthDelimited):
                    details.HasFp32Contents = true;
                    reader.ReadPackedFloats(request.Logits);
                    break;
                case (InferTensorContents.Fp32ContentsFieldNumber, WireType.Fixed32):
                    details.HasFp32Contents = true;
                    reader.ReadUnpackedFloat(request.Logits);
                    break;
                case (InferTensorContents.Fp64ContentsFieldNumber, WireType.LengthDelimited):
                    details.HasFp64Contents = true;
                    reader.ReadPackedFixed64(request.Data);
                    break;
                case (InferTensorContents.Fp64ContentsFieldNumber, WireType.Fixed64):
                    details.HasFp64Contents = true;
                    reader.ReadUnpackedFixed64(request.Data);
                    break;
                default:
                    details.HasOtherContents |=
                        field is >= InferTensorContents.BoolContentsFieldNumber and <= InferTensorContents.BytesContentsFieldNumber;
                    reader.Skip(field, type);
                    break;
            }
        }
    }

    private static RequestedOutput ReadOutput(WireReader reader)
    {
        var output = new RequestedOutput(string.Empty, Classification: 0);
        while (reader.TryReadTag(out var field, out var type))
        {
            switch ((field, type))
            {
                case (ModelInferRequest.Types.InferRequestedOutputTensor.NameFieldNumber, WireType.LengthDelimited):
                    output = output with { Name = reader.ReadString(OutputTensor.Names, InferenceDetails.MaxNameLength) };
                    break;
                case (ModelInferRequest.Types.InferRequestedOutputTensor.ParametersFieldNumber, WireType.LengthDelimited):
                    var parameter = InferenceParameter.Read(reader.ReadNested());
                    output = parameter.Key == InferenceParameter.Classification ? output with { Classification = parameter.Integer } : output;
                    break;
                default:
                    reader.Skip(field, type);
                    break;
            }
        }

        return output;
    }

    private static void ReadParameter(WireReader entry, InferenceDetails details)
    {
        var parameter = InferenceParameter.Read(entry);
        switch (parameter.Key)
        {
            case InferenceParameter.TopK:
                details.TopK = parameter.Integer;
                break;
            case InferenceParameter.Temperature:
                details.Temperature = parameter.Number;
                break;
            case InferenceParameter.NonFinite:
                details.NonFinite = parameter.Text;
                break;
        }
    }
}
