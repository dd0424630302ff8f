using Scoring.Heads;
using Scoring.Service.Calls;
using Scoring.Service.Settings;
using Scoring.V1;

namespace Scoring.Service.Streaming;

/// <summary>What a message says of its logits, whatever it wants of them.</summary>
/// <param name="Classes">Logits in a row, or 0 where the head is to tell.</param>
/// <param name="Logits">How many there are.</param>
/// <param name="DataBytes">Bytes of elements that are there instead.</param>
/// <param name="DataType">What those elements are.</param>
internal readonly record struct RowShape(uint Classes, int Logits, int DataBytes, DataType DataType)
{
    /// <summary>The error that the message is answered with; null where its logits are rows of the head.</summary>
    public Error? Check(HeadDefinition head, LimitSettings limits, out int rows, out int classes)
    {
        rows = 0;
        classes = 0;
        if (CheckElements(out var elements) is { } error)
        {
            return error;
        }

        if (Classes == 0 && head.Classes == 0)
        {
            return ScoringErrors.InvalidArgument($"classes is 0; head '{head.Name}' takes rows of any width, so the message must tell it", "classes");
        }

        if (head.Classes != 0 && Classes != 0 && Classes != head.Classes)
        {
            return ScoringErrors.InvalidArgument($"classes is {Classes}; head '{head.Name}' has {head.Classes}", "classes");
        }

        var width = Classes == 0 ? (uint)head.Classes : Classes;
        if (width > limits.Classes)
        {
            return ScoringErrors.InvalidArgument($"classes is {width}; the limit is {limits.Classes}", "classes");
        }

        var (whole, over) = Math.DivRem(elements, (int)width);
        if (over != 0)
        {
            return ScoringErrors.InvalidArgument(
                $"{Plural.Of(elements, "logit")} {(elements == 1 ? "does" : "do")} not divide into rows of {width} classes: row {whole} has only "
                + $"{over}");
        }

        if (whole > limits.Rows)
        {
            return ScoringErrors.InvalidArgument($"the message has {whole} rows; the limit is {limits.Rows}");
        }

        (rows, classes) = (whole, (int)width);
        return null;
    }

    private Error? CheckElements(out int elements)
    {
        elements = Logits;
        if (LogitData.ElementBytes(DataType) is not { } size)
        {
            return ScoringErrors.InvalidArgument(
                $"data_type is {(int)DataType}, which is not one of 0 (FP32), 1 (FP16), 2 (BF16), 3 (FP64)", "data_type");
        }

        if (DataBytes == 0)
        {
            return null;
        }

        if (elements > 0)
        {
            return ScoringErrors.InvalidArgument(
                $"logits ({elements} of them) and data ({Plural.Of(DataBytes, "byte")}) are both set; a message carries one of them", "data");
        }

        if (DataBytes % size != 0)
        {
            return ScoringErrors.InvalidArgument(
                $"data has {Plural.Of(DataBytes, "byte")}, which is no whole number of {size}-byte elements", "data");
        }

        elements = DataBytes / size;
        return null;
    }
}
