using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>
/// Scores less that of an origin, reckoned in float64 one by one: for rows whose scores are too large for the fast ways, such as logits of ±3e38, and
/// for temperatures and biases that floats cannot hold well enough. Rare, and slow.
/// </summary>
internal readonly unsafe struct ExtremeScores<TLanes>(Scale scale, Origin origin) : IScores<TLanes> where TLanes : struct, ILanes<TLanes>
{
    public static bool HasLow => true;

    public TLanes Load(float* row, nint column, out TLanes low) => LoadFirst(row, column, Lanes.Count, out low);

    public TLanes LoadFirst(float* row, nint column, int count, out TLanes low)
    {
        float* high = stackalloc float[Lanes.Count];
        float* rest = stackalloc float[Lanes.Count];
        for (int lane = 0; lane < Lanes.Count; lane++)
        {
            double score = lane < count ? scale.Score(row, column + lane, origin) : double.NegativeInfinity;
            high[lane] = (float)score;
            rest[lane] = float.IsFinite(high[lane]) ? (float)(score - high[lane]) : 0;
        }

        low = TLanes.Load(rest);
        return TLanes.Load(high);
    }
}
