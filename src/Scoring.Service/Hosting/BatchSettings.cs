using System.ComponentModel.DataAnnotations;

namespace Scoring.Service.Hosting;

/// <summary>
/// <c>Scoring:Batch</c>: when a stream stops gathering messages that have arrived, scores them, and answers. It never waits for
/// more to arrive.
/// </summary>
internal sealed class BatchSettings
{
    /// <summary>Rows in one batch. The message that reaches it is the batch's last.</summary>
    [Range(1, int.MaxValue)]
    public int Rows { get; set; } = 16384;

    /// <summary>Bytes of logits in one batch. The message that reaches it is the batch's last.</summary>
    [Range(1, int.MaxValue)]
    public int Bytes { get; set; } = 256 << 10;

    /// <summary>Messages in one batch.</summary>
    [Range(1, int.MaxValue)]
    public int Messages { get; set; } = 256;
}
