using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Tests;

public sealed unsafe class ExponentialTests
{
    /// <summary>A prime, so that the floats tried are of every kind. With 1 it is all of them: in Release, seconds.</summary>
    private const uint Step = 4099;

    [Fact]
    public void A_score_too_large_for_a_sum_makes_the_sum_tell()
    {
        AssertTells<Lanes128>();
        AssertTells<Lanes256>();
        AssertTells<Lanes512>();
    }

    private static void AssertTells<TLanes>() where TLanes : struct, ILanes<TLanes>
    {
        if (!TLanes.IsSupported)
        {
            return;
        }

        var exponential = new Exponential<TLanes>(Exponential<TLanes>.UsualShift);
        float* lanes = stackalloc float[Lanes.Count];
        uint first = BitConverter.SingleToUInt32Bits(41.6f), infinity = BitConverter.SingleToUInt32Bits(float.PositiveInfinity);
        for (uint bits = first; bits <= infinity; bits += Step)
        {
            float score = BitConverter.UInt32BitsToSingle(bits);
            TLanes.Store(exponential.OfTerm(TLanes.Create(score), default, hasLow: false), lanes);
            float term = lanes[0];
            Assert.True(
                float.IsNaN(term) || float.IsNegativeInfinity(term) || term > Exponential<TLanes>.GreatestSum, $"e^{score:R} came out as {term:R}.");
        }
    }
}
