using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Scoring.Heads;
using Scoring.Protocol;
using Scoring.Service.Settings;

namespace Scoring.Service.Telemetry;

/// <summary>
/// The instruments of the service. Those of the hot path are told of whole batches, whose teller guards itself; the others guard themselves.
/// </summary>
internal sealed class ScoringMetrics
{
    public const string MeterName = "Scoring";

    /// <summary>One for each message would be a tenth of what a small message costs.</summary>
    private const int MessagesPerDuration = 16;

    /// <summary>What is read again from its files when they change, besides heads.</summary>
    public static readonly IReadOnlyList<string> Files = ["certificate", "api_keys", "jwt_keys"];

    private static readonly KeyValuePair<string, object?> Rejected = new("scoring.outcome", "rejected");
    private static readonly KeyValuePair<string, object?> Flagged = new("scoring.outcome", "flagged");
    private static readonly KeyValuePair<string, object?>[] Stages =
        [.. Enum.GetValues<BatchStage>().Select(stage => new KeyValuePair<string, object?>("scoring.stage", ScoringActivities.NameOf(stage)))];

    private readonly TelemetryGuard _guard;
    private readonly Meter _meter;
    private readonly Histogram<double> _stageDuration;
    private readonly Histogram<double> _messageDuration;
    private readonly Histogram<long> _batchMessages;
    private readonly Histogram<long> _batchRows;
    private readonly Histogram<long> _batchBytes;
    private readonly Counter<long> _messages;
    private readonly Counter<long> _rows;
    private readonly Counter<long> _invalidRows;
    private readonly Counter<long> _headReloads;
    private readonly Counter<long> _fileReloads;
    private readonly Counter<long> _drains;
    private readonly Counter<long> _refusedConnections;
    private readonly Counter<long> _cutConnections;
    private readonly Histogram<double> _confidence;
    private readonly Histogram<double> _margin;
    private readonly Histogram<double> _entropy;
    private readonly Counter<long> _predictions;

    private readonly HeadTags _unknownHead;
    private readonly ConditionalWeakTable<HeadDefinition, HeadTags> _heads = [];
    private readonly ConditionalWeakTable<HeadDefinition, HeadTags>.CreateValueCallback _tagsOf;

    public ScoringMetrics(
        IMeterFactory meters, MessagePool pool, IOptions<LimitSettings> limits, IOptions<TelemetrySettings> settings, TelemetryGuard guard,
        TelemetryFaults faults)
    {
        _guard = guard;
        _unknownHead = new HeadTags("unknown", [], maxClasses: 0);
        _tagsOf = head => HeadTags.Of(head, settings.Value.DriftClasses);

        _meter = meters.Create(MeterName);
        _stageDuration = _meter.CreateHistogram(
            "scoring.batch.stage.duration", "s", "What batches spent in each stage.", null, Buckets.Seconds);
        _messageDuration = _meter.CreateHistogram(
            "scoring.message.duration",
            "s",
            "From the arrival of a message until its answer was flushed; one measurement for each 16 messages of a batch, or fewer.",
            null,
            Buckets.Seconds);
        _batchMessages = _meter.CreateHistogram("scoring.batch.messages", "{message}", "Messages in a batch.", null, Buckets.Counts);
        _batchRows = _meter.CreateHistogram("scoring.batch.rows", "{row}", "Rows in a batch.", null, Buckets.Counts);
        _batchBytes = _meter.CreateHistogram("scoring.batch.bytes", "By", "Logits and targets in a batch.", null, Buckets.Bytes);
        _messages = _meter.CreateCounter<long>("scoring.messages", "{message}", "Messages answered.");
        _rows = _meter.CreateCounter<long>("scoring.rows", "{row}", "Rows scored.");
        _invalidRows = _meter.CreateCounter<long>(
            "scoring.rows.invalid", "{row}", "Rows set aside because they have no score, and rows of messages refused for one.");
        _headReloads = _meter.CreateCounter<long>(
            "scoring.head.reloads", "{reload}",
            "Changes of the configured heads, by outcome: accepted, or refused while the old heads keep serving.");
        _fileReloads = _meter.CreateCounter<long>(
            "scoring.file.reloads", "{reload}",
            "Changes of the certificate and of keys, by outcome: accepted, or refused while the last good one stays in force.");
        _drains = _meter.CreateCounter<long>(
            "scoring.drains", "{drain}", "Stops of the service, by outcome: all streams ended by themselves, or time ran out.");
        _refusedConnections = _meter.CreateCounter<long>(
            "scoring.connections.refused",
            "{connection}",
            "Connections that were closed at once, because there were as many as there may be, or no memory for more.");
        _cutConnections = _meter.CreateCounter<long>(
            "scoring.connections.cut", "{connection}",
            "Connections that were closed because the server held more than it may, and most of it for them.");
        _confidence = _meter.CreateHistogram("scoring.head.confidence", "1", "Probability of the best class, of sampled rows.", null, Buckets.Shares);
        _margin = _meter.CreateHistogram(
            "scoring.head.margin", "1", "Probability of the best class less that of the second, of sampled rows.", null, Buckets.Shares);
        _entropy = _meter.CreateHistogram("scoring.head.entropy", "{nat}", "Entropy of the probabilities, of sampled rows.", null, Buckets.Nats);
        _predictions = _meter.CreateCounter<long>("scoring.head.predictions", "{row}", "Sampled rows by their best class.");

        _meter.CreateObservableCounter(
            "scoring.telemetry.failures", () => faults.Count, "{failure}", "How often a listener to metrics or traces, or a logger, has thrown.");
        _meter.CreateObservableUpDownCounter(
            "scoring.buffers.rented", () => pool.Buffers.RentedBytes, "By", "Pooled buffers that the messages in flight hold.");
        _meter.CreateObservableUpDownCounter(
            "scoring.buffers.limit", () => limits.Value.ServerBytes, "By",
            "What the messages in flight may hold before streams wait and calls are refused.");
        _meter.CreateObservableUpDownCounter(
            "scoring.buffers.idle", () => pool.Buffers.IdleBytes, "By", "Pooled buffers that wait to be used again.");
        _meter.CreateObservableUpDownCounter(
            "scoring.buffers.outstanding", () => pool.Buffers.OutstandingRents, "{buffer}", "How many pooled buffers the messages in flight hold.");
    }

    /// <summary>Whether anybody listens to what batches are measured by.</summary>
    public bool AreBatchesObserved =>
        _stageDuration.Enabled || _messageDuration.Enabled || _messages.Enabled || _rows.Enabled || _invalidRows.Enabled
        || _batchMessages.Enabled || _batchRows.Enabled || _batchBytes.Enabled || IsDriftObserved;

    /// <summary>Whether anybody listens to what the scores are like.</summary>
    public bool IsDriftObserved => _confidence.Enabled || _margin.Enabled || _entropy.Enabled || _predictions.Enabled;

    /// <summary>Shows the counts of what is rare from the start, or the first increase of each would not be one.</summary>
    public void ShowZeros()
    {
        HeadsReloaded("accepted", 0);
        HeadsReloaded("refused", 0);
        foreach (var file in Files)
        {
            FilesReloaded(file, "accepted", 0);
            FilesReloaded(file, "refused", 0);
        }

        Drained("completed", 0);
        Drained("timed_out", 0);
        ConnectionRefused(0);
        ConnectionCut(0);
    }

    /// <param name="outcome"><c>accepted</c> or <c>refused</c>.</param>
    /// <param name="count">How often.</param>
    public void HeadsReloaded(string outcome, int count = 1) =>
        Add(_headReloads, count, new KeyValuePair<string, object?>("scoring.outcome", outcome));

    /// <param name="file">What has changed.</param>
    /// <param name="outcome"><c>accepted</c> or <c>refused</c>.</param>
    /// <param name="count">How often.</param>
    public void FilesReloaded(string file, string outcome, int count = 1) =>
        Add(_fileReloads, count, new KeyValuePair<string, object?>("scoring.file", file), new KeyValuePair<string, object?>(
            "scoring.outcome", outcome));

    /// <param name="outcome"><c>completed</c> or <c>timed_out</c>.</param>
    /// <param name="count">How often.</param>
    public void Drained(string outcome, int count = 1) => Add(_drains, count, new KeyValuePair<string, object?>("scoring.outcome", outcome));

    public void ConnectionRefused(int count = 1) => Add(_refusedConnections, count);

    public void ConnectionCut(int count = 1) => Add(_cutConnections, count);

    public void ObserveStreams(Func<int> count) =>
        _meter.CreateObservableUpDownCounter("scoring.streams.open", count, "{stream}", "Streams that are open.");

    public void ObserveTurns(Func<int> count) =>
        _meter.CreateObservableUpDownCounter("scoring.messages.waiting", count, "{message}", "Long messages that wait for their caller's turn.");

    public void BatchAnswered(in BatchClock clock, int messages, int rows, long bytes)
    {
        for (var stage = BatchStage.Decode; stage <= BatchStage.Flush; stage++)
        {
            _stageDuration.Record(clock.Spent(stage).TotalSeconds, Stages[(int)stage]);
        }

        _batchMessages.Record(messages);
        _batchRows.Record(rows);
        _batchBytes.Record(bytes);
    }

    /// <summary>The messages of a batch come and go together, so a few measurements stand for all of them.</summary>
    public void MessagesAnswered(TimeSpan duration, int count)
    {
        if (_messageDuration.Enabled)
        {
            var seconds = duration.TotalSeconds;
            for (var i = 0; i < count; i += MessagesPerDuration)
            {
                _messageDuration.Record(seconds);
            }
        }
    }

    public void Count(in Outcome outcome)
    {
        var head = TagsOf(outcome.Head).Head;
        _messages.Add(outcome.Messages, head, StatusTags.Of(outcome.Status));
        AddSome(_rows, outcome.Rows, head);
        if (outcome.Rejected > 0)
        {
            _invalidRows.Add(outcome.Rejected, head, Rejected);
        }

        if (outcome.Flagged > 0)
        {
            _invalidRows.Add(outcome.Flagged, head, Flagged);
        }
    }

    /// <summary>One sampled row.</summary>
    public void Predicted(HeadDefinition head, int best, double confidence, double margin, double entropy)
    {
        var tags = TagsOf(head);
        _confidence.Record(confidence, tags.Head);
        _margin.Record(margin, tags.Head);
        _entropy.Record(entropy, tags.Head);
        _predictions.Add(1, tags.Head, tags.Class(best));
    }

    private HeadTags TagsOf(HeadDefinition? head) => head is null ? _unknownHead : _heads.GetValue(head, _tagsOf);

    private void Add(Counter<long> counter, int count, params KeyValuePair<string, object?>[] tags) =>
        _guard.Run((counter, count, tags), static it => it.counter.Add(it.count, it.tags));

    private static void AddSome(Counter<long> counter, long amount, KeyValuePair<string, object?> tag)
    {
        if (amount > 0)
        {
            counter.Add(amount, tag);
        }
    }
}
