using Grpc.Core;

namespace Scoring.Client;

/// <summary>Why one message could not be scored.</summary>
/// <param name="Code">The gRPC status code.</param>
/// <param name="Message">What was wrong, and where.</param>
/// <param name="Row">The row at fault, from 0, where one is.</param>
/// <param name="Column">The class at fault within the row, from 0, where one is.</param>
/// <param name="RetryAfter">How long to wait before the message is worth sending again; null where waiting does not help.</param>
public sealed record ScoreError(StatusCode Code, string Message, int? Row, int? Column, TimeSpan? RetryAfter)
{
    internal static ScoreError From(V1.Error error) => new(
        Enum.IsDefined((StatusCode)error.Code) ? (StatusCode)error.Code : StatusCode.Unknown,
        error.Message,
        error.HasRow ? (int)error.Row : null,
        error.HasColumn ? (int)error.Column : null,
        error.RetryAfterMs == 0 ? null : TimeSpan.FromMilliseconds(error.RetryAfterMs));
}
