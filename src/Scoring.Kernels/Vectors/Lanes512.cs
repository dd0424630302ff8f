using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Scoring.Kernels.Vectors;

/// <summary>One register of AVX-512.</summary>
internal readonly unsafe struct Lanes512(Vector512<float> value) : ILanes<Lanes512>
{
    private readonly Vector512<float> _value = value;

    // IsHardwareAccelerated is false on processors that slow down for 512 bits.
    public static bool IsSupported => Vector512.IsHardwareAccelerated && Avx512F.IsSupported && Avx512DQ.IsSupported;

    public static bool KeepsConstants => true;

    public static bool Saturates => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Create(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Load(float* source) => new(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LoadFirst(float* source, int count, Lanes512 fill) => new(Avx512F.MaskLoad(source, First(count), fill._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes512 value, float* destination) => value._value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreFirst(Lanes512 value, float* destination, int count)
    {
        if (count == Lanes.Count)
        {
            Store(value, destination);
        }
        else
        {
            PartialStore.Store(value._value.GetLower(), value._value.GetUpper(), destination, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator +(Lanes512 left, Lanes512 right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator -(Lanes512 left, Lanes512 right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator *(Lanes512 left, Lanes512 right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator /(Lanes512 left, Lanes512 right) => new(left._value / right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 MultiplyAdd(Lanes512 left, Lanes512 right, Lanes512 addend) =>
        new(Avx512F.FusedMultiplyAdd(left._value, right._value, addend._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Max(Lanes512 left, Lanes512 right) => new(Avx512F.Max(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Min(Lanes512 left, Lanes512 right) => new(Avx512F.Min(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 WhereGreater(Lanes512 left, Lanes512 right, Lanes512 value) =>
        new(Vector512.ConditionalSelect(Vector512.GreaterThan(left._value, right._value), value._value, Vector512<float>.Zero));

    // Twice over, because a permute looks at four bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Eighths(int shift)
    {
        Vector256<float> eighths = (Vector256.Load((int*)Vectors.Eighths.Bits) + Vector256.Create(shift << 23)).AsSingle();
        return new(Vector512.Create(eighths, eighths));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Raise(Lanes512 eighths, Lanes512 biased, Lanes512 n, Lanes512 rest, Lanes512 x, Lanes512 floor)
    {
        Vector512<float> power = Avx512F.PermuteVar16x32(eighths._value, biased._value.AsInt32());
        Vector512<float> raised = Avx512F.Scale(Avx512F.FusedMultiplyAdd(power, rest._value, power), n._value);
        return new(Vector512.ConditionalSelect(Avx512F.CompareNotLessThan(x._value, floor._value), raised, Vector512<float>.Zero));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Fold(Lanes512 value)
    {
        Vector256<float> eight = value._value.GetLower() + value._value.GetUpper();
        return eight.GetLower() + eight.GetUpper();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Lanes512 value)
    {
        Vector256<float> eight = Avx.Max(value._value.GetLower(), value._value.GetUpper());
        return Across.Max(Sse.Max(eight.GetLower(), eight.GetUpper()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint GreaterOrEqual(Lanes512 left, Lanes512 right) =>
        (uint)Vector512.GreaterThanOrEqual(left._value, right._value).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Less(Lanes512 left, Lanes512 right) =>
        (uint)Vector512.LessThan(left._value, right._value).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Unordered(Lanes512 left, Lanes512 right) =>
        (uint)Avx512F.CompareUnordered(left._value, right._value).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> First(int count) => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).AsSingle();
}
