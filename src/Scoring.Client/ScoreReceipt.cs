namespace Scoring.Client;

/// <summary>How the service handled one message.</summary>
/// <param name="Queue">From the message's arrival to the start of its batch's kernels.</param>
/// <param name="Kernel">What the kernels took for the whole batch.</param>
/// <param name="BatchRows">Rows of the whole batch that the message was scored in.</param>
/// <param name="HeadRevision">The revision of the head's configuration; 0 for the built-in heads.</param>
public readonly record struct ScoreReceipt(TimeSpan Queue, TimeSpan Kernel, int BatchRows, ulong HeadRevision);
