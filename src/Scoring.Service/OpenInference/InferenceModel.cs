using System.Globalization;
using Inference;
using Scoring.Heads;
using Scoring.Heads.Reading;
using Scoring.Protocol;
using Scoring.Protocol.OpenInference;
using Scoring.V1;
using Metadata = Inference.ModelMetadataResponse.Types.TensorMetadata;

namespace Scoring.Service.OpenInference;

/// <summary>A head as a model of the Open Inference Protocol.</summary>
internal static class InferenceModel
{
    public const string Platform = "scoring";

    private const long Any = -1;

    /// <summary>In the order that they are told in.</summary>
    private static readonly (string Name, OutputSet Output)[] All =
    [
        (InferenceRequestCodec.Scores, OutputSet.Scores),
        (OutputTensor.TopIndices, OutputSet.TopK),
        (OutputTensor.TopScores, OutputSet.TopK),
        (OutputTensor.TopLabels, OutputSet.TopK | OutputSet.Labels),
        (OutputTensor.LogSumExp, OutputSet.LogSumExp),
        (OutputTensor.Entropy, OutputSet.Entropy),
        (OutputTensor.InvalidRows, OutputSet.None),
    ];

    /// <summary>The revision of the head's configuration.</summary>
    public static string Version(HeadDefinition head) => head.Revision.ToString(CultureInfo.InvariantCulture);

    /// <summary>The outputs that a head has, and what of a <see cref="ScoreRequest"/> each stands for.</summary>
    public static IEnumerable<(string Name, OutputSet Output)> Outputs(HeadDefinition head) => All.Where(output => Has(head, output.Output));

    /// <summary>What an output of this name stands for; null where the head has none. Every message asks.</summary>
    public static OutputSet? FindOutput(HeadDefinition head, string name)
    {
        foreach (var (known, output) in All)
        {
            if (known == name)
            {
                return Has(head, output) ? output : null;
            }
        }

        return null;
    }

    public static ModelMetadataResponse Metadata(HeadDefinition head)
    {
        var metadata = new ModelMetadataResponse { Name = head.Name, Platform = Platform };
        metadata.Versions.Add(Version(head));
        metadata.Inputs.Add(Tensor(InferenceRequestCodec.Input, "FP32", [Any, Classes(head)]));
        metadata.Outputs.AddRange(
            Outputs(head).Select(output => Tensor(output.Name, OutputTensor.DataTypeOf(output.Name), [Any, .. Dimensions(head, output.Name)])));
        metadata.Properties.Add("activation", ActivationNames.Of(head.Activation));
        metadata.Properties.Add("temperature", head.Temperature.ToString(CultureInfo.InvariantCulture));
        return metadata;
    }

    public static ModelConfig Config(HeadDefinition head, int maxRows)
    {
        var config = new ModelConfig
        {
            Name = head.Name,
            Platform = Platform,
            Backend = Platform,
            MaxBatchSize = maxRows,
            DynamicBatching = new ModelDynamicBatching(),
            ModelTransactionPolicy = new ModelTransactionPolicy(),
        };
        var input = new ModelInput { Name = InferenceRequestCodec.Input, DataType = Inference.DataType.TypeFp32 };
        input.Dims.Add(Classes(head));
        config.Input.Add(input);
        foreach (var (name, _) in Outputs(head))
        {
            var output = new ModelOutput { Name = name, DataType = Type(name) };
            output.Dims.AddRange(Dimensions(head, name));
            config.Output.Add(output);
        }

        return config;
    }

    private static bool Has(HeadDefinition head, OutputSet output) => output switch
    {
        OutputSet.TopK | OutputSet.Labels => head.Labels.Count > 0,
        OutputSet.Entropy => head.Activation.IsMulticlass(),
        _ => true,
    };

    private static long Classes(HeadDefinition head) => head.Classes == 0 ? Any : head.Classes;

    /// <summary>The shape of an output but for the rows.</summary>
    private static long[] Dimensions(HeadDefinition head, string output)
    {
        long[] groups = head.Groups.Length > 0 ? [head.Groups.Length] : [];
        return output switch
        {
            InferenceRequestCodec.Scores => [Classes(head)],
            OutputTensor.LogSumExp or OutputTensor.Entropy => groups,
            OutputTensor.InvalidRows => [],
            _ => [.. groups, Any],
        };
    }

    private static Metadata Tensor(string name, string type, IEnumerable<long> shape)
    {
        var tensor = new Metadata { Name = name, Datatype = type };
        tensor.Shape.AddRange(shape);
        return tensor;
    }

    private static Inference.DataType Type(string output) => OutputTensor.DataTypeOf(output) switch
    {
        "INT64" => Inference.DataType.TypeInt64,
        "BYTES" => Inference.DataType.TypeString,
        "BOOL" => Inference.DataType.TypeBool,
        _ => Inference.DataType.TypeFp32,
    };
}
