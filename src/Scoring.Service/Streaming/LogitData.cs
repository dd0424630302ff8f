using System.Runtime.InteropServices;
using Scoring.Heads;
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

    /// <summary>Whether something may be taken from the request's rows before they become FP32.</summary>
    public static bool HasOrigins(PooledScoreRequest request) => request.Data.Count > 0 && request.DataType == DataType.Fp64;

    /// <summary>The request's logits as FP32, in memory that is the other's from here on.</summary>
    /// <param name="request">The message.</param>
    /// <param name="plan">How its rows are scored.</param>
    /// <param name="logits">Takes them over.</param>
    /// <param name="origins">What is taken from the rows of one that has such; empty where nobody asks.</param>
    /// <returns>The first logit that FP32 cannot hold.</returns>
    public static LargeLogit? Unpack(PooledScoreRequest request, in HeadPlan plan, PooledArray<float> logits, Span<double> origins)
    {
        LargeLogit? large = null;
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
            large = Unpack(data, request.DataType, plan, logits.Allocate(data.Length / ElementBytes(request.DataType)!.Value), origins);
            if (request.DataType != DataType.Fp64)
            {
                // What FP64 tells apart may be asked for again.
                request.Data.Release();
            }
        }

        return large;
    }

    /// <summary>Makes FP32 of whole rows.</summary>
    public static LargeLogit? Unpack(ReadOnlySpan<byte> data, DataType type, in HeadPlan plan, Span<float> logits, Span<double> origins)
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
                return DoubleLogits.Round(plan, data, logits, origins);
            default:
                data.CopyTo(MemoryMarshal.AsBytes(logits));
                break;
        }

        return null;
    }
}
