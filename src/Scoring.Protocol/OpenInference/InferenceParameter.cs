using Inference;
using Scoring.Protocol.Wire;

namespace Scoring.Protocol.OpenInference;

/// <summary>
/// One entry of a map of parameters: its key, and its value as each kind that somebody may ask for. Nothing is kept of those that nobody does.
/// </summary>
/// <param name="Key">Empty where there is none.</param>
/// <param name="Integer">-1, which no check lets pass, for a value that is no whole number.</param>
/// <param name="Number">NaN for a value that is no number.</param>
/// <param name="Text">For a value that is no text, the name of its field.</param>
internal readonly record struct InferenceParameter(string Key, long Integer, double Number, string Text)
{
    public const string TopK = "top_k";
    public const string Temperature = "temperature";
    public const string NonFinite = "non_finite";
    public const string Classification = "classification";

    private static readonly string[] Keys = [TopK, Temperature, NonFinite, Classification, "triton_enable_empty_final_response"];

    private static readonly InferenceParameter None = new(
        string.Empty, Integer: -1, double.NaN, "without a value");

    /// <summary>Of values that come several times the last counts, as protobuf has it.</summary>
    public static InferenceParameter Read(WireReader entry)
    {
        var parameter = None;
        while (entry.TryReadTag(out var field, out var type))
        {
            switch ((field, type))
            {
                case (1, WireType.LengthDelimited):
                    parameter = parameter with { Key = entry.ReadString(Keys, InferenceDetails.MaxNameLength) };
                    break;
                case (2, WireType.LengthDelimited):
                    parameter = ReadValue(entry.ReadNested(), parameter);
                    break;
                default:
                    entry.Skip(field, type);
                    break;
            }
        }

        return parameter;
    }

    private static InferenceParameter ReadValue(WireReader reader, InferenceParameter parameter)
    {
        while (reader.TryReadTag(out var field, out var type))
        {
            var (integer, number, text) = (None.Integer, None.Number, string.Empty);
            switch ((field, type))
            {
                case (InferParameter.BoolParamFieldNumber, WireType.Varint):
                    reader.ReadVarint();
                    text = "bool_param";
                    break;
                case (InferParameter.Int64ParamFieldNumber, WireType.Varint):
                    integer = (long)reader.ReadVarint();
                    (number, text) = (integer, "int64_param");
                    break;
                case (InferParameter.StringParamFieldNumber, WireType.LengthDelimited):
                    text = reader.ReadString([], InferenceDetails.MaxNameLength);
                    break;
                case (InferParameter.DoubleParamFieldNumber, WireType.Fixed64):
                    (number, text) = (reader.ReadDouble(), "double_param");
                    break;
                case (InferParameter.Uint64ParamFieldNumber, WireType.Varint):
                    var unsigned = reader.ReadVarint();
                    (integer, number, text) = ((long)Math.Min(unsigned, long.MaxValue), unsigned, "uint64_param");
                    break;
                default:
                    reader.Skip(field, type);
                    continue;
            }

            parameter = parameter with { Integer = integer, Number = number, Text = text };
        }

        return parameter;
    }
}
