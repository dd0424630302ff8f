using System.Globalization;
using Scoring.Heads;
using Scoring.Protocol;
using Scoring.Protocol.OpenInference;
using Scoring.Service.Calls;
using Scoring.Service.Streaming;
using Scoring.V1;

namespace Scoring.Service.OpenInference;

/// <summary>
/// Makes an ordinary request of what came by the Open Inference Protocol, or tells what is wrong with it in that protocol's words. What is wrong with
/// an ordinary request as well, such as a width that is not the head's, is found afterwards.
/// </summary>
internal static class InferenceChecker
{
    /// <summary>The error that the message is answered with; null where the request now says all.</summary>
    public static Error? Apply(PooledScoreRequest request, InferenceDetails details, HeadDefinition head)
    {
        details.HeadVersion = InferenceModel.Version(head);
        details.Groups = head.Groups.Length;
        return CheckModel(request.Head, details.ModelVersion, head) ?? CheckId(details) ?? ApplyParameters(request, details)
            ?? ApplyInput(request, details) ?? ApplyOutputs(request, details, head);
    }

    /// <summary>
    /// What is wrong with how a request names its model; null where it names the head that was found, in no version or in the one that is in force.
    /// </summary>
    public static Error? CheckModel(string name, string version, HeadDefinition head)
    {
        if (name.Length == 0)
        {
            return ScoringErrors.InvalidArgument("the request names no model", "model_name");
        }

        return version.Length == 0 || version == InferenceModel.Version(head)
            ? null
            : ScoringErrors.NotFound($"model '{head.Name}' has version {InferenceModel.Version(head)}, not '{Quoted.Text(version)}'");
    }

    private static Error? CheckId(InferenceDetails details) => details.HasLongId
        ? ScoringErrors.InvalidArgument($"the id has more than {InferenceDetails.MaxIdLength} characters, which is the limit")
        : null;

    private static Error? ApplyParameters(PooledScoreRequest request, InferenceDetails details)
    {
        if (details.Temperature is { } temperature)
        {
            if (double.IsNaN(temperature))
            {
                return ScoringErrors.InvalidArgument("parameter temperature is no number; it must be finite and above 0", "parameters");
            }

            request.Temperature = (float)temperature;
        }

        NonFinite? nonFinite = details.NonFinite switch
        {
            "" or "reject" => NonFinite.Reject,
            "flag" => NonFinite.Flag,
            "propagate" => NonFinite.Propagate,
            _ => null,
        };
        if (nonFinite is not { } known)
        {
            return ScoringErrors.InvalidArgument(
                $"parameter non_finite is '{Quoted.Text(details.NonFinite)}', which is not one of reject, flag, propagate", "parameters");
        }

        request.NonFinite = known;
        if (details.TopK is < 0 or > int.MaxValue)
        {
            return ScoringErrors.InvalidArgument("parameter top_k is no whole number from 1 to the classes of a row", "parameters");
        }

        details.TopWidth = details.TopK == 0 ? 1 : (int)details.TopK;
        return null;
    }

    private static Error? ApplyInput(PooledScoreRequest request, InferenceDetails details)
    {
        if (details.Inputs != 1 || details.InputName != InferenceRequestCodec.Input)
        {
            return ScoringErrors.InvalidArgument(details.Inputs == 1
                ? $"the input is named '{Quoted.Text(details.InputName)}'; a head has one, '{InferenceRequestCodec.Input}'"
                : $"the request has {details.Inputs} inputs; a head has one, '{InferenceRequestCodec.Input}'", "inputs");
        }

        DataType? type = details.DataTypeName switch
        {
            "FP32" => DataType.Fp32,
            "FP16" => DataType.Fp16,
            "BF16" => DataType.Bf16,
            "FP64" => DataType.Fp64,
            _ => null,
        };
        if (type is not { } dataType)
        {
            return ScoringErrors.InvalidArgument(
                $"input 'logits' is of '{Quoted.Text(details.DataTypeName)}', which is not one of FP32, FP16, BF16, FP64", "inputs[0].datatype");
        }

        if (details.Dimensions != 2 || details.Shape[0] < 0 || details.Shape[1] is < 1 or > int.MaxValue)
        {
            return ScoringErrors.InvalidArgument($"input 'logits' has shape {Text(details)}; it must be [rows, classes]", "inputs[0].shape");
        }

        request.Classes = (uint)details.Shape[1];
        request.DataType = dataType;
        return CheckContents(request, details, dataType);
    }

    private static Error? CheckContents(PooledScoreRequest request, InferenceDetails details, DataType type)
    {
        var isTyped = details.HasFp32Contents || details.HasFp64Contents || details.HasOtherContents;
        if (details.RawContents > 0 && isTyped)
        {
            return ScoringErrors.InvalidArgument("raw_input_contents and contents are both set; a request carries one of them", "raw_input_contents");
        }

        if (details.RawContents > 1)
        {
            return ScoringErrors.InvalidArgument($"raw_input_contents has {details.RawContents} elements; there is one input", "raw_input_contents");
        }

        if (isTyped && (
            details.HasOtherContents || (type != DataType.Fp32 && details.HasFp32Contents) || (type != DataType.Fp64 && details.HasFp64Contents)))
        {
            return ScoringErrors.InvalidArgument($"input 'logits' is of {details.DataTypeName}, and its contents are not; "
                + $"{(type is DataType.Fp16 or DataType.Bf16
                ? "this type comes in raw_input_contents "
                    + "only" : $"they must be {details.DataTypeName.ToLowerInvariant()}_contents")}", "inputs[0].contents");
        }

        var size = LogitData.ElementBytes(type)!.Value;
        var bytes = ((long)request.Logits.Count * sizeof(float)) + request.Data.Count;
        var expected = (UInt128)details.Shape[0] * (UInt128)details.Shape[1] * (UInt128)size;
        return expected == (UInt128)bytes
            ? null
            : ScoringErrors.InvalidArgument(
                $"input 'logits' has shape {Text(details)} of {details.DataTypeName}, which is {expected} bytes, and {Plural.Of(bytes, "byte")} of "
                + "contents", "inputs[0].shape");
    }

    private static Error? ApplyOutputs(PooledScoreRequest request, InferenceDetails details, HeadDefinition head)
    {
        if (details.Outputs.IsEmpty)
        {
            foreach (var (name, _) in InferenceModel.Outputs(head))
            {
                details.AddOutput(new RequestedOutput(name, Classification: 0));
            }
        }

        if (request.NonFinite == NonFinite.Flag && !Names(details.Outputs, OutputTensor.InvalidRows))
        {
            // What the others say of such a row is nothing, so they are not without it.
            details.AddOutput(new RequestedOutput(OutputTensor.InvalidRows, Classification: 0));
        }

        long topK = 0;
        for (var i = 0; i < details.Outputs.Length; i++)
        {
            ref var output = ref details.Outputs[i];
            if (InferenceModel.FindOutput(head, output.Name) is not { } wanted)
            {
                return ScoringErrors.InvalidArgument(
                    $"there is no output '{Quoted.Text(output.Name)}'; model '{head.Name}' has "
                    + $"{string.Join(", ", InferenceModel.Outputs(head).Select(known => known.Name))}", "outputs");
            }

            if (Names(details.Outputs[..i], output.Name))
            {
                return ScoringErrors.InvalidArgument($"output '{output.Name}' is named twice; a request names each of its outputs once", "outputs");
            }

            if (output.Classification == 0)
            {
                request.Outputs |= wanted;
                topK = (wanted & OutputSet.TopK) != 0 ? Math.Max(topK, details.TopWidth) : topK;
                continue;
            }

            if (output.Classification < 0 || output.Name != InferenceRequestCodec.Scores)
            {
                return ScoringErrors.InvalidArgument(output.Classification < 0
                    ? $"parameter classification of output '{output.Name}' is no whole number above 0"
                    : $"parameter classification of output '{output.Name}': only '{InferenceRequestCodec.Scores}' can be told as classes", "outputs");
            }

            // Of fewer classes than were asked for all are told, as Triton has it.
            output = output with { Classification = Math.Min(output.Classification, Narrowest(request, head)) };
            topK = Math.Max(topK, output.Classification);
            request.Outputs |= OutputSet.TopK | (head.Labels.Count > 0 ? OutputSet.Labels : OutputSet.None);
        }

        request.TopK = (uint)topK;
        return null;
    }

    private static bool Names(ReadOnlySpan<RequestedOutput> outputs, string name)
    {
        foreach (var output in outputs)
        {
            if (output.Name == name)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The most that the best classes of each distribution can be.</summary>
    private static long Narrowest(PooledScoreRequest request, HeadDefinition head) => head.Groups.Length > 0 ? head.Groups.Min() : request.Classes;

    private static string Text(InferenceDetails details)
    {
        var shown = string.Join(", ", details.Shape.ToArray().Select(size => size.ToString(CultureInfo.InvariantCulture)));
        return details.Dimensions > details.Shape.Length ? $"[{shown}, …] of {details.Dimensions} dimensions" : $"[{shown}]";
    }
}
