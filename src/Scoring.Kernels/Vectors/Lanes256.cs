using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Scoring.Kernels.Vectors;

/// <summary>Two registers of AVX2 with FMA.</summary>
internal readonly unsafe struct Lanes256(Vector256<float> lower, Vector256<float> upper) : ILanes<Lanes256>
{
    private readonly Vector256<float> _lower = lower;
    private readonly Vector256<float> _upper = upper;

    public static bool IsSupported => Avx2.IsSupported && Fma.IsSupported;

    public static bool KeepsConstants => false;

    public static bool Saturates => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Create(float value)
    {
        Vector256<float> eight = Vector256.Create(value);
        return new(eight, eight);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Load(float* source) => new(Vector256.Load(source), Vector256.Load(source + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LoadFirst(float* source, int count, Lanes256 fill)
    {
        Vector256<float> lower = First(count), upper = First(count - 8);
        return new(
            Vector256.ConditionalSelect(lower, Avx.MaskLoad(source, lower), fill._lower),
            Vector256.ConditionalSelect(upper, Avx.MaskLoad(source + 8, upper), fill._upper));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes256 value, float* destination)
    {
        value._lower.Store(destination);
        value._upper.Store(destination + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreFirst(Lanes256 value, float* destination, int count)
    {
        if (count == Lanes.Count)
        {
            Store(value, destination);
        }
        else
        {
            PartialStore.Store(value._lower, value._upper, destination, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator +(Lanes256 left, Lanes256 right) => new(left._lower + right._lower, left._upper + right._upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator -(Lanes256 left, Lanes256 right) => new(left._lower - right._lower, left._upper - right._upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator *(Lanes256 left, Lanes256 right) => new(left._lower * right._lower, left._upper * right._upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator /(Lanes256 left, Lanes256 right) => new(left._lower / right._lower, left._upper / right._upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 MultiplyAdd(Lanes256 left, Lanes256 right, Lanes256 addend) => new(
        Fma.MultiplyAdd(left._lower, right._lower, addend._lower),
        Fma.MultiplyAdd(left._upper, right._upper, addend._upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Max(Lanes256 left, Lanes256 right) => new(Avx.Max(left._lower, right._lower), Avx.Max(left._upper, right._upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Min(Lanes256 left, Lanes256 right) => new(Avx.Min(left._lower, right._lower), Avx.Min(left._upper, right._upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 WhereGreater(Lanes256 left, Lanes256 right, Lanes256 value) => new(
        Vector256.GreaterThan(left._lower, right._lower) & value._lower,
        Vector256.GreaterThan(left._upper, right._upper) & value._upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Eighths(int shift)
    {
        Vector256<float> eighths = (Vector256.Load((int*)Vectors.Eighths.BitsLessSteps) + Vector256.Create(shift << 23)).AsSingle();
        return new(eighths, eighths);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Raise(Lanes256 eighths, Lanes256 biased, Lanes256 n, Lanes256 rest, Lanes256 x, Lanes256 floor) => new(
        Raise(eighths._lower, biased._lower, rest._lower, x._lower, floor._lower),
        Raise(eighths._lower, biased._upper, rest._upper, x._upper, floor._lower));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Fold(Lanes256 value)
    {
        Vector256<float> eight = value._lower + value._upper;
        return eight.GetLower() + eight.GetUpper();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Lanes256 value)
    {
        Vector256<float> eight = Avx.Max(value._lower, value._upper);
        return Across.Max(Sse.Max(eight.GetLower(), eight.GetUpper()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint GreaterOrEqual(Lanes256 left, Lanes256 right) =>
        Vector256.GreaterThanOrEqual(left._lower, right._lower).ExtractMostSignificantBits()
        | (Vector256.GreaterThanOrEqual(left._upper, right._upper).ExtractMostSignificantBits() << 8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Less(Lanes256 left, Lanes256 right) =>
        Vector256.LessThan(left._lower, right._lower).ExtractMostSignificantBits()
        | (Vector256.LessThan(left._upper, right._upper).ExtractMostSignificantBits() << 8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Unordered(Lanes256 left, Lanes256 right) =>
        Avx.CompareUnordered(left._lower, right._lower).ExtractMostSignificantBits()
        | (Avx.CompareUnordered(left._upper, right._upper).ExtractMostSignificantBits() << 8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Raise(
        Vector256<float> eighths, Vector256<float> biased, Vector256<float> rest, Vector256<float> x, Vector256<float> floor)
    {
        Vector256<int> entry = Avx2.PermuteVar8x32(eighths, biased.AsInt32()).AsInt32();
        Vector256<float> power = (entry + Vector256.ShiftLeft(biased.AsInt32(), 20)).AsSingle();
        return Vector256.AndNot(Fma.MultiplyAdd(power, rest, power), Vector256.LessThan(x, floor));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> First(int count) => Vector256.GreaterThan(Vector256.Create(count), Vector256<int>.Indices).AsSingle();
}
