using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>
/// How a row of logits is read as scores z = logit / temperature + bias. A score that is not a float by itself comes as two, the rounded one and what
/// rounding left over: a probability depends on z to within 1e-8, and z = 40 in one float is only good to 2e-6.
/// </summary>
/// <remarks>Beside a score that is infinite, or nearly, the second part may be anything: <see cref="Low"/> makes it 0 there.</remarks>
internal unsafe interface IScores<T> where T : struct, ILanes<T>
{
    /// <summary>Whether the second part is ever anything but 0.</summary>
    static abstract bool HasLow { get; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T Low(T scores, T low) => T.WhereGreater(scores, T.Create(-1e30f), T.WhereGreater(T.Create(1e30f), scores, low));

    /// <summary>The scores of sixteen classes from <paramref name="column"/>.</summary>
    T Load(float* row, nint column, out T low);

    /// <summary>The scores of the <paramref name="count"/> classes from <paramref name="column"/>, and −∞ in the other lanes.</summary>
    T LoadFirst(float* row, nint column, int count, out T low);
}
