namespace Scoring.Kernels.Rows;

/// <summary>Floats as unsigned integers that are in the same order; −0 counts as 0.</summary>
internal static class Ordered
{
    public static uint Of(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value + 0f);
        return bits ^ (uint)((int)bits >> 31 | int.MinValue);
    }

    public static float Value(uint order) => BitConverter.UInt32BitsToSingle(order ^ (uint)(~((int)order >> 31) | int.MinValue));
}
