using System.Diagnostics.CodeAnalysis;
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

    /// <summary>Refuses what no message can be.</summary>
    /// <param name="request">The caller's.</param>
    /// <param name="parameter">The caller's parameter, which it is or comes from.</param>
    /// <param name="number">Its place in a stream, from 1; 0 of a message by itself.</param>
    public static void Check([NotNull] ScoreRequest? request, string parameter, long number = 0)
    {
        if (request is null)
        {
            throw new ArgumentNullException(parameter, $"{What(number)} is null");
        }

        if (request.Classes < 0 || request.TopK < 0)
        {
            throw new ArgumentOutOfRangeException(
                parameter,
                $"{What(number)} has {nameof(request.Classes)} {request.Classes} and {nameof(request.TopK)} {request.TopK}; neither may be negative");
        }

        for (var i = 0; i < request.TargetLabels.Count; i++)
        {
            if (request.TargetLabels[i] is null)
            {
                throw new ArgumentNullException(parameter, $"{nameof(request.TargetLabels)}[{i}] of {What(number)} is null");
            }
        }
    }

    public static PooledScoreRequest Rent(MessagePool pool, ScoreRequest request, ulong id, string traceparent)
    {
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

    private static string What(long number) => number == 0 ? "the message" : $"message {number}";
}
