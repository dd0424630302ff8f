using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>
/// How a row of logits is read as scores z = logit / temperature + bias. A score that is not a float by itself comes as two, the rounded one and what
/// rounding left over: a probability depends on z to within 1e-8, and z = 40 in one float is only good to 2e-6.
/// </summary>
/// <remarks>Beside a score that is infinite, or nearly, the second part may be anything: <see cref="Low"/> makes it 0 there.</remarks>
internal unsafe interface IScores<TLanes> where TLanes : struct, ILanes<TLanes>
{
    /// <summary>Whether the second part is ever anything but 0.</summary>
    static abstract bool HasLow { get; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes Low(TLanes scores, TLanes low) =>
        TLanes.WhereGreater(scores, TLanes.Create(-1e30f), TLanes.WhereGreater(TLanes.Create(1e30f), scores, low));

    /// <summary>The scores of sixteen classes from <paramref name="column"/>.</summary>
    TLanes Load(float* row, nint column, out TLanes low);

    /// <summary>The scores of the <paramref name="count"/> classes from <paramref name="column"/>, and −∞ in the other lanes.</summary>
    TLanes LoadFirst(float* row, nint column, int count, out TLanes low);
}
