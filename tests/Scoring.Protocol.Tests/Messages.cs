using CsCheck;
using Google.Protobuf;
using Scoring.V1;

namespace Scoring.Protocol.Tests;

/// <summary>Random messages of the generated types, every field present or not.</summary>
internal static class Messages
{
    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.Const(string.Empty), Gen.String[Gen.Char.AlphaNumeric, 1, 12], Gen.Const("größe-大"), Gen.String[Gen.Char.AlphaNumeric, 250, 300]);

    /// <summary>As long as the names of heads and trace contexts may be.</summary>
    private static readonly Gen<string> Name = Text.Select(text => text[..Math.Min(text.Length, PooledScoreRequest.MaxHeadLength)]);

    private static readonly Gen<float> AnyFloat = Gen.UInt.Select(BitConverter.UInt32BitsToSingle);
    private static readonly Gen<uint> AnyUInt = Gen.OneOf(Gen.UInt[0, 300], Gen.UInt);
    private static readonly Gen<ulong> AnyULong = Gen.OneOf(Gen.ULong[0, 300], Gen.ULong);

    /// <summary>Labels of a head: no two are the same.</summary>
    public static Gen<string[]> Labels { get; } = Text.Array[0, 10].Select(labels => labels.Distinct().ToArray());

    public static Gen<ScoreRequest> Requests { get; } = Gen.Select(
        Gen.Select(AnyULong, Name, AnyUInt, AnyFloat.Array[0, 70]),
        Gen.Select(Gen.Byte.Array[0, 70], Gen.Int[-1, 5], Gen.Int[0, 6].Array[0, 9], AnyUInt),
        Gen.Select(Gen.Bool, AnyFloat, AnyUInt.Array[0, 20], Gen.Int[-1, 4]),
        Name,
        Text.Array[0, 4]).Select((first, second, third, traceparent, targetLabels) =>
        {
            var (id, head, classes, logits) = first;
            var (data, dataType, outputs, topK) = second;
            var (hasTemperature, temperature, targets, nonFinite) = third;
            var request = new ScoreRequest
            {
                Id = id,
                Head = head,
                Classes = classes,
                Data = ByteString.CopyFrom(data),
                DataType = (DataType)dataType,
                TopK = topK,
                NonFinite = (NonFinite)nonFinite,
                Traceparent = traceparent,
            };
            request.Logits.AddRange(logits);
            request.Outputs.AddRange(outputs.Distinct().Order().Select(output => (Output)output));
            request.Targets.AddRange(targets);
            request.TargetLabels.AddRange(targetLabels);
            if (hasTemperature)
            {
                request.Temperature = temperature;
            }

            return request;
        });

    /// <summary>The fields that they share with the others.</summary>
    public static Gen<EvaluateRequest> Evaluations { get; } = Requests.Select(request =>
    {
        var rows = new EvaluateRequest { Head = request.Head, Classes = request.Classes, Data = request.Data, DataType = request.DataType };
        rows.Logits.AddRange(request.Logits);
        rows.Targets.AddRange(request.Targets);
        rows.TargetLabels.AddRange(request.TargetLabels);
        if (request.HasTemperature)
        {
            rows.Temperature = request.Temperature;
        }

        return rows;
    });

    public static Gen<ScoreResponse> Responses { get; } = Gen.Select(
        Gen.Select(AnyULong, AnyUInt, AnyUInt, Gen.Bool, Gen.Bool, Text),
        Gen.Select(AnyFloat.Array[0, 70], AnyUInt.Array[0, 20], AnyFloat.Array[0, 20], Text.Array[0, 5]),
        Gen.Select(AnyFloat.Array[0, 9], AnyFloat.Array[0, 9], AnyFloat.Array[0, 9], AnyUInt.Array[0, 40], AnyUInt.Array[0, 5]),
        Gen.Select(AnyULong, AnyULong, AnyUInt, AnyULong)).Select((first, second, third, receipt) =>
        {
            var (id, rows, classes, hasError, hasReceipt, text) = first;
            var response = new ScoreResponse { Id = id, Rows = rows, Classes = classes };
            response.Scores.AddRange(second.Item1);
            response.TopIndices.AddRange(second.Item2);
            response.TopScores.AddRange(second.Item3);
            response.TopLabels.AddRange(second.Item4);
            response.LogSumExp.AddRange(third.Item1);
            response.Entropy.AddRange(third.Item2);
            response.Losses.AddRange(third.Item3);
            response.Decisions.AddRange(third.Item4);
            response.InvalidRows.AddRange(third.Item5);
            if (hasError)
            {
                response.Error = new Error { Code = rows, Message = text, Row = classes };
            }

            if (hasReceipt)
            {
                var (queue, kernel, batchRows, revision) = receipt;
                response.Receipt = new Receipt { QueueNs = queue, KernelNs = kernel, BatchRows = batchRows, HeadRevision = revision };
            }

            return response;
        });
}
