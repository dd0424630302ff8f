using System.Runtime.CompilerServices;

namespace Scoring.Service.Telemetry;

/// <summary>Where the time of one batch went: one look at the clock for each change of stage, whoever listens.</summary>
internal struct BatchClock(TimeProvider time)
{
    private StageTicks _spent;
    private BatchStage _stage;
    private bool _runs;

    /// <summary>When the stage began that the batch is in, or when it stopped, as a timestamp of the clock's provider.</summary>
    public long Since { get; private set; }

    /// <summary>Of all stages so far.</summary>
    public readonly TimeSpan Total
    {
        get
        {
            var total = TimeSpan.Zero;
            for (var stage = BatchStage.Decode; stage <= BatchStage.Flush; stage++)
            {
                total += Spent(stage);
            }

            return total;
        }
    }

    /// <summary>A new batch begins, with its first stage.</summary>
    public void Start()
    {
        _spent = default;
        _stage = BatchStage.Decode;
        _runs = true;
        Since = time.GetTimestamp();
    }

    /// <summary>One stage ends, and another begins or goes on.</summary>
    public void Enter(BatchStage stage)
    {
        var now = time.GetTimestamp();
        _spent[(int)_stage] += now - Since;
        _stage = stage;
        Since = now;
    }

    /// <summary>The batch ends, if it has not.</summary>
    public void Stop()
    {
        if (_runs)
        {
            Enter(_stage);
            _runs = false;
        }
    }

    /// <summary>What the batch spent in a stage, until it was last left.</summary>
    public readonly TimeSpan Spent(BatchStage stage) => time.GetElapsedTime(0, _spent[(int)stage]);

    [InlineArray((int)BatchStage.Flush + 1)]
    private struct StageTicks
    {
        private long _first;
    }
}
