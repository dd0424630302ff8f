using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Scoring.Cli.Heads;
using Scoring.V1;

namespace Scoring.Cli.Evaluate;

/// <summary>An evaluation for programs: one object. What is not finite, JSON has no number for, and is null.</summary>
internal static class EvaluationJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
        Converters = { new FiniteConverter() },
        // A terminal and a parser read it, not a web page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    public static string Format(Evaluation evaluation)
    {
        var report = Object(new
        {
            evaluation.File,
            Head = evaluation.Head.Definition.Name,
            Activation = ServiceActivation.NameOf(evaluation.Head.Definition.Activation),
            evaluation.Metrics.HeadRevision,
            evaluation.Rows,
            evaluation.Classes,
            evaluation.Head.Labels,
        });
        var measured = evaluation.Calibration is not { } calibration
            ? Object(new { evaluation.Temperature, Metrics = Metrics(evaluation.Metrics) })
            : Object(new
            {
                TemperatureBefore = evaluation.Temperature,
                calibration.Temperature,
                calibration.AtBound,
                Before = Metrics(calibration.Before),
                After = Metrics(calibration.After),
                HeadConfiguration = JsonNode.Parse(calibration.HeadConfiguration),
            });
        foreach (var (name, value) in measured)
        {
            report.Add(name, value?.DeepClone());
        }

        return report.ToJsonString(Options) + "\n";
    }

    private static JsonObject Object(object value) => JsonSerializer.SerializeToNode(value, Options)!.AsObject();

    private static object Metrics(EvaluateResponse response) => response.MetricsCase == EvaluateResponse.MetricsOneofCase.LabelMetrics
        ? Metrics(response.LabelMetrics)
        : Metrics(response.ClassMetrics, (int)response.Classes);

    private static object Metrics(ClassMetrics metrics, int classes) => new
    {
        metrics.CrossEntropy,
        metrics.Accuracy,
        TopKAccuracy = metrics.TopKAccuracy.ToArray(),
        metrics.BrierScore,
        metrics.ExpectedCalibrationError,
        Macro = Quality(metrics.Macro),
        PerClass = metrics.PerClass.Select(Quality),
        Confusion = metrics.Confusion.Chunk(classes),
        Bins = metrics.Bins.Select(Bin),
    };

    private static object Metrics(LabelMetrics metrics) => new
    {
        metrics.BinaryCrossEntropy,
        metrics.SubsetAccuracy,
        metrics.HammingLoss,
        metrics.AurocMacro,
        metrics.AurocError,
        metrics.ExpectedCalibrationError,
        Micro = Quality(metrics.Micro),
        Macro = Quality(metrics.Macro),
        PerLabel = metrics.PerLabel.Select(Quality),
        Auroc = metrics.Auroc.ToArray(),
        Bins = metrics.Bins.Select(Bin),
    };

    private static object Quality(ClassQuality quality) => new { quality.Precision, quality.Recall, quality.F1, quality.Support };

    private static object Bin(CalibrationBin bin) => new { bin.Lower, bin.Upper, bin.Count, bin.Confidence, bin.Accuracy };

    private sealed class FiniteConverter : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value))
            {
                writer.WriteNumberValue(value);
            }
            else
            {
                writer.WriteNullValue();
            }
        }
    }
}
