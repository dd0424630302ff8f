namespace Scoring.Kernels.Vectors;

/// <summary>What is the same of lanes in any registers.</summary>
internal static class Lanes
{
    /// <summary>Floats that are worked on at once.</summary>
    public const int Count = 16;
}
