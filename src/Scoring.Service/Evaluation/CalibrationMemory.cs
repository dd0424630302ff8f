using System.Globalization;
using Microsoft.Extensions.Options;
using Scoring.Service.Streaming;

namespace Scoring.Service.Evaluation;

/// <summary>Keeps the rows that all Calibrate calls hold within <see cref="EvaluationSettings.CalibrationBytes"/>.</summary>
internal sealed class CalibrationMemory(IOptions<EvaluationSettings> settings)
{
    /// <summary>How long a call is told to wait that others leave no room for, in milliseconds.</summary>
    private const uint RetryAfterMs = 1000;

    private readonly long _limit = settings.Value.CalibrationBytes;
    private long _held;

    /// <summary>Bytes that all calls hold now.</summary>
    public long Held => Volatile.Read(ref _held);

    /// <param name="bytes">What the call is about to allocate.</param>
    /// <param name="own">What it holds already.</param>
    /// <exception cref="Grpc.Core.RpcException">There is no room.</exception>
    public void Reserve(long bytes, long own)
    {
        var held = Interlocked.Add(ref _held, bytes);
        if (held <= _limit)
        {
            return;
        }

        Release(bytes);
        var others = held - bytes - own;
        throw EvaluationException.From(ScoringErrors.Exhausted(
            string.Create(
                CultureInfo.InvariantCulture,
                $"the rows to calibrate with take more than {own} bytes, and those of other calls {others}; the limit Scoring:Evaluation:CalibrationBytes is {_limit}"),
            others > 0 ? RetryAfterMs : 0));
    }

    public void Release(long bytes) => Interlocked.Add(ref _held, -bytes);
}
