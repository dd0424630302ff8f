using System.ComponentModel.DataAnnotations;
using Scoring.Heads;
using Scoring.Service.Settings;

namespace Scoring.Service.Evaluation;

/// <summary><c>Scoring:Evaluation</c>: how much Evaluate and Calibrate take on.</summary>
internal sealed class EvaluationSettings
{
    /// <summary>Evaluate and Calibrate calls at a time. Further ones are refused with RESOURCE_EXHAUSTED.</summary>
    [Range(1, 4096)]
    public int Calls { get; set; } = 16;

    /// <summary>
    /// How many of these one caller may have: whom the service knows, or else whoever has the connection. Further ones are refused in the same way,
    /// and others have room.
    /// </summary>
    [Range(1, 4096)]
    public int CallsPerCaller { get; set; } = 4;

    /// <summary>
    /// Milliseconds that a call may take to its first message that is whole, and from one to the next. Past it the call ends with UNAVAILABLE. 0 for
    /// as long as it likes.
    /// </summary>
    [Range(0, int.MaxValue)]
    public int IdleMs { get; set; } = 300_000;

    /// <summary>Logits in one row. A call counts for each class, and answers for each.</summary>
    [Range(1, 4 << 20)]
    public int Classes { get; set; } = 1 << 18;

    /// <summary>The largest k of top-k accuracy.</summary>
    [Range(1, 1024)]
    public int TopK { get; set; } = 5;

    /// <summary>The most classes that a confusion matrix is made for, of classes × classes counts of 8 bytes; 0 for none at all.</summary>
    [Range(0, 8192)]
    public int ConfusionClasses { get; set; } = 1024;

    /// <summary>
    /// Scores (rows × labels) that one call holds for an exact AUROC, at 5 bytes each. Past it they are counted in this many bins of 20 bytes at
    /// most, shared by the labels.
    /// </summary>
    [Range(0, 64 << 20)]
    public int AurocScores { get; set; } = 1 << 20;

    /// <summary>
    /// Bytes of rows that all Calibrate calls hold together. Past it the call that needs more ends with RESOURCE_EXHAUSTED. By default an eighth of
    /// the heap, and 256 MiB at most.
    /// </summary>
    [Range(1 << 20, long.MaxValue)]
    public long CalibrationBytes { get; set; } = Math.Clamp(MemorySum.HeapBytes / 8, 16 << 20, 256 << 20);

    /// <summary>How many of these the calls of one caller may hold. By default a sixteenth of the heap, and 128 MiB at most.</summary>
    [Range(1 << 20, long.MaxValue)]
    public long CalibrationBytesPerCaller { get; set; } = Math.Clamp(MemorySum.HeapBytes / 16, 8 << 20, 128 << 20);

    /// <summary>Those of the metrics.</summary>
    internal EvaluationLimits Metrics => new() { TopK = TopK, ConfusionClasses = ConfusionClasses, AurocScores = AurocScores };
}
