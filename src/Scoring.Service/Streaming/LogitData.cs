using System.Runtime.InteropServices;
using Scoring.Kernels;
using Scoring.Protocol;
using Scoring.Protocol.Buffers;
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

    /// <summary>Bytes of the FP32 that is made of the request's logits; 0 where it is of that type.</summary>
    public static long UnpackedBytes(PooledScoreRequest request) => request.Data.Count == 0 || request.DataType == DataType.Fp32
        ? 0
        : (long)request.Data.Count / (ElementBytes(request.DataType) ?? sizeof(float)) * sizeof(float);

    /// <summary>The request's logits as FP32, in memory that is the other's from here on.</summary>
    public static void Unpack(PooledScoreRequest request, PooledArray<float> logits)
    {
        if (request.Data.Count == 0)
        {
            logits.TakeFrom(request.Logits);
        }
        else if (request.DataType == DataType.Fp32)
        {
            logits.TakeFrom(request.Data);
        }
        else
        {
            var data = request.Data.Span;
            Unpack(data, request.DataType, logits.Allocate(data.Length / ElementBytes(request.DataType)!.Value));
            request.Data.Release();
        }
    }

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
