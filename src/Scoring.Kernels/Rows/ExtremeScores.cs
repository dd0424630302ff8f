using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>
/// Scores less an offset, reckoned in float64 one by one: for rows whose scores are too large for the fast ways, such as logits of ±3e38, and for
/// temperatures and biases that floats cannot hold well enough. Rare, and slow.
/// </summary>
internal readonly unsafe struct ExtremeScores<T>(Scale scale, double offset) : IScores<T> where T : struct, ILanes<T>
{
    public static bool HasLow => true;

    public T Load(float* row, nint column, out T low) => LoadFirst(row, column, ILanes<T>.Count, out low);

    public T LoadFirst(float* row, nint column, int count, out T low)
    {
        float* high = stackalloc float[ILanes<T>.Count];
        float* rest = stackalloc float[ILanes<T>.Count];
        for (int lane = 0; lane < ILanes<T>.Count; lane++)
        {
            double score = lane < count ? scale.Score(row, column + lane) - offset : double.NegativeInfinity;
            high[lane] = (float)score;
            rest[lane] = float.IsFinite(high[lane]) ? (float)(score - high[lane]) : 0;
        }

        low = T.Load(rest);
        return T.Load(high);
    }
}
