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

    public static bool KeepsConstants => false;

    public static bool Saturates => false;

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
        float* lanes = stackalloc float[Lanes.Count];
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
        float* lanes = stackalloc float[Lanes.Count];
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
    public static Lanes128 Eighths(int shift) => Create(BitConverter.Int32BitsToSingle(shift << 23));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Raise(Lanes128 eighths, Lanes128 biased, Lanes128 n, Lanes128 rest, Lanes128 x, Lanes128 floor) => new(
        Raise(eighths._a, biased._a, rest._a, x._a, floor._a),
        Raise(eighths._a, biased._b, rest._b, x._b, floor._a),
        Raise(eighths._a, biased._c, rest._c, x._c, floor._a),
        Raise(eighths._a, biased._d, rest._d, x._d, floor._a));

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
    private static Vector128<float> Raise(
        Vector128<float> shift, Vector128<float> biased, Vector128<float> rest, Vector128<float> x, Vector128<float> floor)
    {
        int* table = (int*)Vectors.Eighths.BitsLessSteps;
        Vector128<int> steps = biased.AsInt32();
        Vector128<int> entry = Vector128.Create(
            table[steps.GetElement(0) & 7], table[steps.GetElement(1) & 7], table[steps.GetElement(2) & 7], table[steps.GetElement(3) & 7]);
        Vector128<float> power = (entry + Vector128.ShiftLeft(steps, 20) + shift.AsInt32()).AsSingle();
        return Vector128.AndNot(Vector128.FusedMultiplyAdd(power, rest, power), Vector128.LessThan(x, floor));
    }
}
