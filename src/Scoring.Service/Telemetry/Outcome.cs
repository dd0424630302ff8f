using Grpc.Core;
using Scoring.Heads;

namespace Scoring.Service.Telemetry;

/// <summary>How many messages of a batch had the same head and the same status.</summary>
/// <param name="Head">Null where the message named none that is configured.</param>
/// <param name="Status">The status that they were answered with.</param>
internal record struct Outcome(HeadDefinition? Head, StatusCode Status)
{
    public int Messages { get; set; }

    /// <summary>Rows that were scored.</summary>
    public long Rows { get; set; }

    /// <summary>Rows that were set aside because they have no score.</summary>
    public long Flagged { get; set; }

    /// <summary>Rows of messages that were refused because a row has no score.</summary>
    public long Rejected { get; set; }
}
