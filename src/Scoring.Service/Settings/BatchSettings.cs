using System.ComponentModel.DataAnnotations;

namespace Scoring.Service.Settings;

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
    public int Bytes { get; set; } = 128 << 10;

    /// <summary>Messages in one batch.</summary>
    [Range(1, int.MaxValue)]
    public int Messages { get; set; } = 256;

    /// <summary>
    /// Threads that one message may be scored with. The kernels split only work of a few hundred microseconds and more, by rows or by
    /// blocks of a very wide row, and the answer has the same bits. More than 1 shortens the wait for a large message on an idle
    /// machine, and takes from the other streams on a busy one.
    /// </summary>
    [Range(1, 1024)]
    public int Threads { get; set; } = 1;
}
