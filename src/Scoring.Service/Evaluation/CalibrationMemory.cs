using System.Globalization;
using Microsoft.Extensions.Options;
using Scoring.Service.Calls;
using Scoring.Service.Security;

namespace Scoring.Service.Evaluation;

/// <summary>
/// Keeps the rows that all Calibrate calls hold within <see cref="EvaluationSettings.CalibrationBytes"/>, and those of one caller within its share.
/// </summary>
internal sealed class CalibrationMemory(IOptions<EvaluationSettings> settings)
{
    /// <summary>How long a call is told to wait that others leave no room for, in milliseconds.</summary>
    private const uint RetryAfterMs = 1000;

    private readonly Shares _bytes = new(settings.Value.CalibrationBytes, settings.Value.CalibrationBytesPerCaller);

    /// <summary>Bytes that all calls hold now.</summary>
    public long Held => _bytes.Held;

    /// <param name="holder">Whose call it is (<see cref="Callers.HolderOf"/>).</param>
    /// <param name="bytes">What the call is about to allocate.</param>
    /// <param name="own">What it holds already.</param>
    /// <exception cref="Grpc.Core.RpcException">There is no room.</exception>
    public void Reserve(object holder, long bytes, long own)
    {
        if (_bytes.Take(holder, bytes) is not { } shortage)
        {
            return;
        }

        var others = shortage.Held - own;
        var (whose, setting) = shortage.IsOfOne
            ? ("the caller's other calls", nameof(EvaluationSettings.CalibrationBytesPerCaller))
            : ("other calls", nameof(EvaluationSettings.CalibrationBytes));
        throw CallStatus.Refusal(ScoringErrors.Exhausted(
            string.Create(
                CultureInfo.InvariantCulture,
                $"the rows to calibrate with take more than {own} bytes, and those of {whose} {others}; the limit Scoring:Evaluation:{setting} is "
                + $"{shortage.Limit}"),
            others > 0 ? RetryAfterMs : 0));
    }

    public void Release(object holder, long bytes) => _bytes.GiveBack(holder, bytes);
}
