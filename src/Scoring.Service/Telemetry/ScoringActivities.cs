using System.Diagnostics;
using System.Globalization;

namespace Scoring.Service.Telemetry;

/// <summary>The spans of the hot path.</summary>
internal static class ScoringActivities
{
    public const string SourceName = "Scoring";

    /// <summary>Links of one span; the attribute <c>scoring.batch.traced_messages</c> has the true count.</summary>
    public const int MaxLinks = 128;

    /// <summary>Where the flags begin in <c>00-(32 digits)-(16 digits)-(2 digits)</c>.</summary>
    private const int FlagsAt = 53;

    private static readonly ActivitySource Source = new(SourceName);
    private static readonly string[] StageNames = [.. Enum.GetNames<BatchStage>().Select(name => name.ToLowerInvariant())];

    public static bool HasListeners => Source.HasListeners();

    public static string NameOf(BatchStage stage) => StageNames[(int)stage];

    /// <summary>The span of one message under its caller's; null where its caller is not traced, or says so in no way that can be read.</summary>
    public static Activity? StartMessage(string traceparent, DateTimeOffset arrival) =>
        IsSampled(traceparent) && ActivityContext.TryParse(traceparent, null, isRemote: true, out var caller)
            ? StartIfRecorded(Source.CreateActivity("scoring.message", ActivityKind.Server, caller), arrival)
            : null;

    /// <summary>
    /// The span of one batch, the root of a trace of its own. A batch belongs to many callers, so it is nobody's child; nor is it the child of its
    /// stream's span, which lasts as long as the stream and says nothing of latency. Where a message is traced, so is its batch; otherwise the
    /// sampler decides.
    /// </summary>
    public static Activity? StartBatch(DateTimeOffset arrival, ActivityLink[] messages)
    {
        // Without a parent, whatever is current becomes it: the call's span.
        Activity.Current = null;
        // A trace without a span: what a sampler that follows the parent takes its decision from.
        var trace = messages.Length > 0 ? new ActivityContext(ActivityTraceId.CreateRandom(), default, ActivityTraceFlags.Recorded) : default;
        return StartIfRecorded(Source.CreateActivity("scoring.batch", ActivityKind.Internal, trace, links: messages), arrival);
    }

    /// <summary>
    /// A span that is not sampled may be made all the same, to hand its trace on, and here is nobody to hand it to. It is not started, since a span
    /// that starts and ends changes what is current, which costs more than all else of it.
    /// </summary>
    private static Activity? StartIfRecorded(Activity? span, DateTimeOffset arrival) =>
        span is { IsAllDataRequested: true } ? span.SetStartTime(arrival.UtcDateTime).Start() : null;

    /// <summary>A cheap look before the proper one.</summary>
    private static bool IsSampled(string traceparent) =>
        traceparent.Length >= FlagsAt + 2
        && byte.TryParse(traceparent.AsSpan(FlagsAt, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var flags)
        && ((ActivityTraceFlags)flags & ActivityTraceFlags.Recorded) != 0;
}
