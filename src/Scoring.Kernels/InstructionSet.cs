using Scoring.Kernels.Vectors;

namespace Scoring.Kernels;

/// <summary>Which instructions the kernels run on here. Results do not depend on it, only speed does.</summary>
public static class InstructionSet
{
    /// <summary>"AVX-512", "AVX2", "Vector128" (Arm, or x86 before AVX2) or "Scalar" (vector instructions switched off).</summary>
    public static string Name
    {
        get
        {
            if (Lanes512.IsSupported)
            {
                return "AVX-512";
            }

            if (Lanes256.IsSupported)
            {
                return "AVX2";
            }

            return System.Runtime.Intrinsics.Vector128.IsHardwareAccelerated ? "Vector128" : "Scalar";
        }
    }
}
