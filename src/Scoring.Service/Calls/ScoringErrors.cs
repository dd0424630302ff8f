using System.Globalization;
using Grpc.Core;
using Scoring.Heads;
using Scoring.Kernels;
using Scoring.V1;

namespace Scoring.Service.Calls;

/// <summary>The errors that one message can be answered with.</summary>
internal static class ScoringErrors
{
    /// <param name="message">What is wrong, and where.</param>
    /// <param name="field">The field at fault, as the request's proto names it, where there is one.</param>
    public static Error InvalidArgument(string message, string field = "") => Make(StatusCode.InvalidArgument, message, field);

    public static Error NotFound(string message) => Make(StatusCode.NotFound, message);

    public static Error PermissionDenied(string message) => Make(StatusCode.PermissionDenied, message);

    public static Error Internal(string message) => Make(StatusCode.Internal, message);

    public static Error Exhausted(string message, uint retryAfterMs)
    {
        var error = Make(StatusCode.ResourceExhausted, message);
        error.RetryAfterMs = retryAfterMs;
        return error;
    }

    /// <summary>There is nothing wrong with the message, nor with the service: it is full.</summary>
    public static Error Full(string message, uint retryAfterMs)
    {
        var error = Make(StatusCode.Unavailable, message);
        error.RetryAfterMs = retryAfterMs;
        return error;
    }

    public static Error LabelsTooLarge(long bytes, int limit) => InvalidArgument(
        $"the labels of the best classes take {bytes} bytes; the limit is {limit}, so ask for fewer rows in a message, or a smaller top_k");

    public static Error AnswerTooLarge(long bytes, long limit) => InvalidArgument(
        $"the answer may take {bytes} bytes; the limit is {limit}, so ask for fewer rows in a message, fewer outputs, or a smaller top_k");

    public static Error NonFinite(InvalidLogit logit, HeadDefinition head)
    {
        var group = head.Parts.Index().FirstOrDefault(part => logit.Column < part.Item.End);
        var what = float.IsNegativeInfinity(logit.Value)
            ? $"row {logit.Row} is -inf in every column{(group.Item is null ? string.Empty : $" of group {group.Index}")}, so it has no probabilities"
            : $"row {logit.Row}, column {logit.Column}: the logit is {Name(logit.Value)}, which has no score";
        return AtLogit(what, logit.Row, logit.Column);
    }

    public static Error TooLarge(LargeLogit logit) => AtLogit(
        string.Create(
            CultureInfo.InvariantCulture,
            $"row {logit.Row}, column {logit.Column}: the logit is {logit.Value}, which is more than FP32 holds; a masked class is -inf"),
        logit.Row,
        logit.Column);

    private static Error AtLogit(string what, int row, int column)
    {
        var error = InvalidArgument(what, "logits");
        error.Row = (uint)row;
        error.Column = (uint)column;
        return error;
    }

    private static Error Make(StatusCode code, string message, string field = "") =>
        new() { Code = (uint)code, Message = StatusText.Fit(message), Field = field };

    private static string Name(float value) =>
        float.IsNaN(value) ? "NaN" : float.IsPositiveInfinity(value) ? "+inf" : value.ToString(CultureInfo.InvariantCulture);
}
