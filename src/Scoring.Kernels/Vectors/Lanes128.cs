using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Scoring.Kernels.Vectors;

/// <summary>Four registers of 128 bits: Arm, and processors before AVX2. Also what runs, slowly, with no vector registers at all.</summary>
internal readonly unsafe struct Lanes128(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d) : ILanes<Lanes128>
{
    private readonly Vector128<float> _a = a;
    private readonly Vector128<float> _b = b;
    private readonly Vector128<float> _c = c;
    private readonly Vector128<float> _d = d;

    public static bool IsSupported => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Create(float value)
    {
        Vector128<float> all = Vector128.Create(value);
        return new(all, all, all, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Load(float* source) =>
        new(Vector128.Load(source), Vector128.Load(source + 4), Vector128.Load(source + 8), Vector128.Load(source + 12));

    public static Lanes128 LoadFirst(float* source, int count, Lanes128 fill)
    {
        float* lanes = stackalloc float[ILanes<Lanes128>.Count];
        Store(fill, lanes);
        for (int lane = 0; lane < count; lane++)
        {
            lanes[lane] = source[lane];
        }

        return Load(lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes128 value, float* destination)
    {
        value._a.Store(destination);
        value._b.Store(destination + 4);
        value._c.Store(destination + 8);
        value._d.Store(destination + 12);
    }

    public static void StoreFirst(Lanes128 value, float* destination, int count)
    {
        float* lanes = stackalloc float[ILanes<Lanes128>.Count];
        Store(value, lanes);
        for (int lane = 0; lane < count; lane++)
        {
            destination[lane] = lanes[lane];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator +(Lanes128 left, Lanes128 right) =>
        new(left._a + right._a, left._b + right._b, left._c + right._c, left._d + right._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator -(Lanes128 left, Lanes128 right) =>
        new(left._a - right._a, left._b - right._b, left._c - right._c, left._d - right._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator *(Lanes128 left, Lanes128 right) =>
        new(left._a * right._a, left._b * right._b, left._c * right._c, left._d * right._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator /(Lanes128 left, Lanes128 right) =>
        new(left._a / right._a, left._b / right._b, left._c / right._c, left._d / right._d);

    // Rounded once also where the processor has no such instruction: there it is slow, and still right.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 MultiplyAdd(Lanes128 left, Lanes128 right, Lanes128 addend) => new(
        Vector128.FusedMultiplyAdd(left._a, right._a, addend._a),
        Vector128.FusedMultiplyAdd(left._b, right._b, addend._b),
        Vector128.FusedMultiplyAdd(left._c, right._c, addend._c),
        Vector128.FusedMultiplyAdd(left._d, right._d, addend._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Max(Lanes128 left, Lanes128 right) => new(
        Across.Larger(left._a, right._a), Across.Larger(left._b, right._b), Across.Larger(left._c, right._c), Across.Larger(left._d, right._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Min(Lanes128 left, Lanes128 right) => new(
        Across.Smaller(left._a, right._a), Across.Smaller(left._b, right._b), Across.Smaller(left._c, right._c), Across.Smaller(left._d, right._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 WhereGreater(Lanes128 left, Lanes128 right, Lanes128 value) => new(
        Vector128.GreaterThan(left._a, right._a) & value._a,
        Vector128.GreaterThan(left._b, right._b) & value._b,
        Vector128.GreaterThan(left._c, right._c) & value._c,
        Vector128.GreaterThan(left._d, right._d) & value._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 ZeroWhereLess(Lanes128 left, Lanes128 right, Lanes128 value) => new(
        Vector128.AndNot(value._a, Vector128.LessThan(left._a, right._a)),
        Vector128.AndNot(value._b, Vector128.LessThan(left._b, right._b)),
        Vector128.AndNot(value._c, Vector128.LessThan(left._c, right._c)),
        Vector128.AndNot(value._d, Vector128.LessThan(left._d, right._d)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 PowerOfTwoSixteenths(Lanes128 biased) => new(
        PowerOfTwoSixteenths(biased._a.AsInt32()),
        PowerOfTwoSixteenths(biased._b.AsInt32()),
        PowerOfTwoSixteenths(biased._c.AsInt32()),
        PowerOfTwoSixteenths(biased._d.AsInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Fold(Lanes128 value) => (value._a + value._c) + (value._b + value._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Lanes128 value) => Across.Max(Across.Larger(Across.Larger(value._a, value._c), Across.Larger(value._b, value._d)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint GreaterOrEqual(Lanes128 left, Lanes128 right) =>
        Vector128.GreaterThanOrEqual(left._a, right._a).ExtractMostSignificantBits()
        | (Vector128.GreaterThanOrEqual(left._b, right._b).ExtractMostSignificantBits() << 4)
        | (Vector128.GreaterThanOrEqual(left._c, right._c).ExtractMostSignificantBits() << 8)
        | (Vector128.GreaterThanOrEqual(left._d, right._d).ExtractMostSignificantBits() << 12);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Less(Lanes128 left, Lanes128 right) =>
        Vector128.LessThan(left._a, right._a).ExtractMostSignificantBits()
        | (Vector128.LessThan(left._b, right._b).ExtractMostSignificantBits() << 4)
        | (Vector128.LessThan(left._c, right._c).ExtractMostSignificantBits() << 8)
        | (Vector128.LessThan(left._d, right._d).ExtractMostSignificantBits() << 12);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Unordered(Lanes128 left, Lanes128 right) => 0xFFFF & ~(GreaterOrEqual(left, left) & GreaterOrEqual(right, right));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> PowerOfTwoSixteenths(Vector128<int> n)
    {
        int* table = (int*)Sixteenths.Table;
        Vector128<int> entry = Vector128.Create(
            table[n.GetElement(0) & 15], table[n.GetElement(1) & 15], table[n.GetElement(2) & 15], table[n.GetElement(3) & 15]);
        return (entry + Vector128.ShiftLeft(n, 19)).AsSingle();
    }
}
