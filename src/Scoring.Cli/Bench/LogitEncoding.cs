using System.Runtime.InteropServices;
using Scoring.V1;

namespace Scoring.Cli.Bench;

/// <summary>Logits as the bytes of an element type.</summary>
internal static class LogitEncoding
{
    /// <summary>The logit as the service will see it.</summary>
    public static float Round(float logit, DataType type) => type switch
    {
        DataType.Fp16 => (float)(Half)logit,
        DataType.Bf16 => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(logit) & 0xFFFF_0000),
        _ => logit,
    };

    /// <param name="logits">Rounded already.</param>
    /// <param name="type">The element type.</param>
    public static byte[] Encode(float[] logits, DataType type) => type switch
    {
        DataType.Fp16 => Bytes(Array.ConvertAll(logits, logit => (Half)logit)),
        DataType.Bf16 => Bytes(Array.ConvertAll(logits, logit => (ushort)(BitConverter.SingleToUInt32Bits(logit) >> 16))),
        DataType.Fp64 => Bytes(Array.ConvertAll(logits, logit => (double)logit)),
        _ => Bytes(logits),
    };

    private static byte[] Bytes<T>(T[] elements)
        where T : unmanaged => MemoryMarshal.AsBytes<T>(elements).ToArray();
}
