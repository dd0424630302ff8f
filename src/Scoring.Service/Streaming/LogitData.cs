using System.Runtime.InteropServices;
using Scoring.Kernels;
using Scoring.V1;

namespace Scoring.Service.Streaming;

/// <summary>Logits as bytes of another element type.</summary>
internal static class LogitData
{
    /// <summary>Bytes of one element; null for a type that this version does not know.</summary>
    public static int? ElementBytes(DataType type) => type switch
    {
        DataType.Fp32 => 4,
        DataType.Fp16 or DataType.Bf16 => 2,
        DataType.Fp64 => 8,
        _ => null,
    };

    /// <summary>Makes FP32 of a whole number of elements.</summary>
    public static void Unpack(ReadOnlySpan<byte> data, DataType type, Span<float> logits)
    {
        switch (type)
        {
            case DataType.Fp16:
                FloatConversion.FromHalf(data, logits);
                break;
            case DataType.Bf16:
                FloatConversion.FromBFloat16(data, logits);
                break;
            case DataType.Fp64:
                FloatConversion.FromDouble(data, logits);
                break;
            default:
                data.CopyTo(MemoryMarshal.AsBytes(logits));
                break;
        }
    }
}
