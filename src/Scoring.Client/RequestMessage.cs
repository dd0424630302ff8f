using Scoring.Protocol;

namespace Scoring.Client;

/// <summary>Puts a caller's request into the form that goes on the wire, without copying its numbers.</summary>
internal static class RequestMessage
{
    public static PooledScoreRequest Rent(MessagePool pool, ScoreRequest request, ulong id)
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
        message.Traceparent = request.Traceparent;
        foreach (var label in request.TargetLabels)
        {
            message.TargetLabels.Append(label);
        }

        return message;
    }
}
