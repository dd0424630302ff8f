using System.Diagnostics;
using Scoring.Protocol;
using Scoring.V1;

namespace Scoring.Client;

/// <summary>
/// One message of rows to score. Its memory is sent from where it lies, so it must stay as it is until the result is there.
/// </summary>
public sealed class ScoreRequest
{
    /// <summary>Echoed in the result. Null: the client numbers its messages from 1.</summary>
    public ulong? Id { get; init; }

    /// <summary>
    /// A configured head, or the built-in <c>softmax</c>, <c>log_softmax</c>, <c>sigmoid</c> or <c>linear</c>. Empty: <c>softmax</c>.
    /// </summary>
    public string Head { get; init => field = Given(value, nameof(Head)); } = string.Empty;

    /// <summary>Logits in a row. May be 0 where the head fixes the width.</summary>
    public int Classes { get; init; }

    /// <summary>rows × classes logits, row-major.</summary>
    public ReadOnlyMemory<float> Logits { get; init; }

    /// <summary>Instead of <see cref="Logits"/>: rows × classes elements of <see cref="DataType"/>, row-major, little-endian.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>The element type of <see cref="Data"/>.</summary>
    public DataType DataType { get; init; }

    /// <summary>What the result carries. What is not asked for is neither computed nor sent.</summary>
    public OutputSet Outputs { get; init; }

    /// <summary>k for <see cref="OutputSet.TopK"/>; 0 means 1.</summary>
    public int TopK { get; init; }

    /// <summary>Overrides the head's temperature. Finite and above 0.</summary>
    public float? Temperature { get; init; }

    /// <summary>
    /// For <see cref="OutputSet.Loss"/>: one class index a row (softmax), or one for each group of each row, or rows × classes of 0 or 1 (sigmoid).
    /// </summary>
    public ReadOnlyMemory<uint> Targets { get; init; }

    /// <summary>
    /// Instead of <see cref="Targets"/>, for softmax heads that have labels: one label for each row, or for each group of each row.
    /// </summary>
    public IReadOnlyList<string> TargetLabels { get; init => field = Given(value, nameof(TargetLabels)); } = [];

    /// <summary>What happens to rows that have no score.</summary>
    public NonFinite NonFinite { get; init; }

    /// <summary>
    /// W3C trace context of this message. Empty: that of the activity under which the request was made or sent, where that one is recorded.
    /// </summary>
    public string Traceparent { get; init => field = Given(value, nameof(Traceparent)); } = string.Empty;

    /// <summary>The activity under which the request was made: a stream's sender runs elsewhere.</summary>
    internal Activity? Caller { get; } = Activity.Current;

    private static T Given<T>(T? value, string name)
        where T : class =>
        value ?? throw new ArgumentNullException(name);
}
