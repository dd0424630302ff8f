using Grpc.Core;
using Scoring.Service.Calls;
using Scoring.V1;

namespace Scoring.Service.Evaluation;

/// <summary>How an Evaluate or Calibrate call ends that cannot be answered: the status, and a trailer with the row and column.</summary>
internal static class EvaluationException
{
    /// <param name="error">What is wrong with the message.</param>
    /// <param name="message">The message's place in the stream.</param>
    /// <param name="rowsBefore">Rows of the messages before it.</param>
    public static RpcException From(Error error, long message, long rowsBefore)
    {
        var place = error.HasRow ? $" (row {rowsBefore + error.Row} of the stream)" : string.Empty;
        error.Message = $"message {message}: {error.Message}{place}";
        return CallStatus.Refusal(error);
    }
}
