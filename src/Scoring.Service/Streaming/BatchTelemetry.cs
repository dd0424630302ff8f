using System.Runtime.InteropServices;
using Grpc.Core;
using Scoring.Heads;
using Scoring.Service.Heads;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Streaming;

/// <summary>
/// What is told of the batches of one stream, one after another: started once the batch is gathered, its outcomes recorded once it is scored, stopped
/// once it is answered. Where nobody listens it does nothing. A stream of small messages has thousands of batches a second, and to look at each would
/// cost it several hundredths of its speed: some are looked at, and what they were answered with is counted of all.
/// </summary>
/// <param name="batch">The stream's.</param>
/// <param name="metrics">What measurements are told.</param>
/// <param name="drift">What looks at rows.</param>
/// <param name="heads">The heads that messages name.</param>
/// <param name="guard">Keeps what goes wrong here from the batch, of which no more is told then.</param>
/// <param name="time">The clock.</param>
/// <param name="ticksBetweenLooks">In ticks of the clock's timestamps.</param>
internal sealed class BatchTelemetry(
    RowBatch batch, ScoringMetrics metrics, DriftSampler drift, HeadRegistry heads, TelemetryGuard guard, TimeProvider time,
    long ticksBetweenLooks) : IDisposable
{
    private readonly List<Outcome> _outcomes = [];
    private BatchTrace? _trace;
    private long _nextLook = long.MinValue;
    private bool _looks;
    private bool _traces;
    private bool _counts;
    private int _messages;
    private int _rows;
    private long _bytes;

    /// <summary>Starts the spans, and looks at a row for drift. Called before the batch is scored.</summary>
    public void Start() => Guard(this, static telemetry => telemetry.StartBatch());

    /// <summary>Records what came of each message. Called before they are written, which is when the batch lets go of them.</summary>
    public void RecordOutcomes() => Guard(this, static telemetry => telemetry.RecordMessages());

    /// <summary>Ends the spans and records what was measured, once the batch's clock stands still.</summary>
    /// <param name="isAnswered">Whether the answers went out.</param>
    public void Stop(bool isAnswered) => Guard((Telemetry: this, isAnswered), static it => it.Telemetry.StopBatch(it.isAnswered));

    /// <summary>Stops where that is the end of a call.</summary>
    public void Dispose() => Stop(isAnswered: true);

    private void Guard<T>(T state, Action<T> tell)
    {
        if (!guard.Run(state, tell))
        {
            (_counts, _traces, _trace) = (false, false, null);
            _outcomes.Clear();
        }
    }

    private void StartBatch()
    {
        _counts = metrics.AreBatchesObserved;
        _traces = ScoringActivities.HasListeners;
        _looks = (_counts || _traces) && IsTimeToLook();
        if (_traces)
        {
            _trace ??= new BatchTrace(time);
            _trace.Start(batch, _looks);
            // A measurement of what is traced is what an exemplar points from.
            _looks |= _trace.IsRecorded;
        }

        if (_counts && _looks)
        {
            (_messages, _rows, _bytes) = (batch.Messages.Length, batch.Rows, batch.Bytes);
            drift.Sample(batch.Messages, batch.Clock.Since);
        }
    }

    private void RecordMessages()
    {
        if (_traces)
        {
            _trace!.Record(batch.Messages);
        }

        if (_counts)
        {
            foreach (ref readonly var message in batch.Messages)
            {
                Add(message);
            }
        }
    }

    private void StopBatch(bool isAnswered)
    {
        if (_counts && isAnswered)
        {
            foreach (ref readonly var outcome in CollectionsMarshal.AsSpan(_outcomes))
            {
                metrics.Count(outcome);
            }

            if (_looks)
            {
                Record();
            }
        }

        _outcomes.Clear();
        if (_traces)
        {
            _trace!.Stop(batch.Clock, isAnswered);
        }
    }

    private void Record()
    {
        // An exemplar is the span that is current when a measurement is made.
        var traced = _traces ? _trace!.TracedMessages : 0;
        for (var i = 0; i < traced; i++)
        {
            _trace!.Enter(i);
            metrics.MessagesAnswered(batch.Clock.Total, 1);
        }

        if (_traces)
        {
            _trace!.EnterBatch();
        }

        metrics.MessagesAnswered(batch.Clock.Total, _messages - traced);
        metrics.BatchAnswered(batch.Clock, _messages, _rows, _bytes);
    }

    private bool IsTimeToLook()
    {
        var now = batch.Clock.Since;
        if (now < _nextLook)
        {
            return false;
        }

        _nextLook = now + ticksBetweenLooks;
        return true;
    }

    private void Add(in BatchMessage message)
    {
        var error = message.Response.Error;
        ref var outcome = ref Find(message.Head ?? heads.Find(message.Request.Head), (StatusCode)(error?.Code ?? 0));
        outcome.Messages++;
        if (error is null)
        {
            outcome.Rows += message.Plan.Rows;
            outcome.Flagged += message.Response.InvalidRows.Count;
        }
        else if (error.HasRow)
        {
            outcome.Rejected += message.Plan.Rows;
        }
    }

    /// <summary>A batch has few kinds of messages, and very often one.</summary>
    private ref Outcome Find(HeadDefinition? head, StatusCode status)
    {
        var outcomes = CollectionsMarshal.AsSpan(_outcomes);
        for (var i = outcomes.Length - 1; i >= 0; i--)
        {
            if (ReferenceEquals(outcomes[i].Head, head) && outcomes[i].Status == status)
            {
                return ref outcomes[i];
            }
        }

        _outcomes.Add(new Outcome(head, status));
        return ref CollectionsMarshal.AsSpan(_outcomes)[^1];
    }
}
