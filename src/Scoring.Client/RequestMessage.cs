using System.Text;
using Scoring.Protocol;

namespace Scoring.Client;

/// <summary>Puts a caller's request into the form that goes on the wire, without copying its numbers.</summary>
internal static class RequestMessage
{
    /// <summary>Of logits, data and targets, as they are sent.</summary>
    public static long Bytes(ScoreRequest request)
    {
        var bytes = ((long)request.Logits.Length * sizeof(float)) + request.Data.Length + ((long)request.Targets.Length * sizeof(uint));
        for (var i = 0; i < request.TargetLabels.Count; i++)
        {
            bytes += Encoding.UTF8.GetByteCount(request.TargetLabels[i]);
        }

        return bytes;
    }

    public static PooledScoreRequest Rent(MessagePool pool, ScoreRequest request, ulong id, string traceparent)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(request.Classes);
        ArgumentOutOfRangeException.ThrowIfNegative(request.TopK);

        var message = pool.RentRequest();
        message.Id = id;
        message.Head = request.Head;
        message.Classes = (uint)request.Classes;
        message.Logits.Borrow(request.Logits);
        message.Data.Borrow(request.Data);
        message.DataType = request.DataType;
        message.Outputs = request.Outputs;
        message.TopK = (uint)request.TopK;
        message.Temperature = request.Temperature;
        message.Targets.Borrow(request.Targets);
        message.NonFinite = request.NonFinite;
        message.Traceparent = traceparent;
        foreach (var label in request.TargetLabels)
        {
            message.TargetLabels.Append(label);
        }

        return message;
    }
}
