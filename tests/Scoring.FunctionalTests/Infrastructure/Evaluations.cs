using System.Runtime.InteropServices;
using Google.Protobuf;
using Scoring.V1;

namespace Scoring.FunctionalTests.Infrastructure;

/// <summary>Streams of rows with their targets.</summary>
internal static class Evaluations
{
    public static async IAsyncEnumerable<EvaluateRequest> Of(params EvaluateRequest[] requests)
    {
        foreach (var request in requests)
        {
            yield return request;
        }

        await Task.CompletedTask;
    }

    public static EvaluateRequest Message(string head, int classes, ReadOnlySpan<float> logits, params ReadOnlySpan<uint> targets)
    {
        var request = new EvaluateRequest { Head = head, Classes = (uint)classes };
        request.Logits.AddRange(logits.ToArray());
        request.Targets.AddRange(targets.ToArray());
        return request;
    }

    /// <summary>The rows in messages of so many rows, by turns as logits and as data.</summary>
    public static EvaluateRequest[] Split(string head, int classes, float[] logits, uint[] targets, int rows)
    {
        var perRow = targets.Length * classes / logits.Length;
        var messages = new List<EvaluateRequest>();
        for (var row = 0; row * classes < logits.Length; row += rows)
        {
            var count = Math.Min(rows, (logits.Length / classes) - row);
            var block = logits.AsSpan(row * classes, count * classes);
            var asData = messages.Count % 2 == 1;
            var message = Message(head, classes, asData ? default : block, targets.AsSpan(row * perRow, count * perRow));
            message.Data = asData ? ByteString.CopyFrom(MemoryMarshal.AsBytes(block)) : ByteString.Empty;
            messages.Add(message);
        }

        return [.. messages];
    }

    /// <summary>The golden data of this name.</summary>
    public static (float[] Logits, uint[] Targets) Golden(string name) =>
        (GoldenData.Read<float>($"{name}.logits.npy").Values, [.. GoldenData.Read<int>($"{name}.targets.npy").Values.Select(target => (uint)target)]);
}
