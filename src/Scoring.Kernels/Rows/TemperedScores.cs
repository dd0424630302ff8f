using System.Runtime.CompilerServices;
using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>Logits over a temperature: times 1 / temperature, which is kept in two floats, with the error of the product kept as well.</summary>
internal readonly unsafe struct TemperedScores<T>(Scale scale) : IScores<T> where T : struct, ILanes<T>
{
    private readonly float _high = scale.High;
    private readonly float _low = scale.Low;

    public static bool HasLow => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Load(float* row, nint column, out T low) => Temper(T.Load(row + column), out low);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T LoadFirst(float* row, nint column, int count, out T low) =>
        Temper(T.LoadFirst(row + column, count, T.Create(float.NegativeInfinity)), out low);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private T Temper(T logits, out T low)
    {
        T product = logits * T.Create(_high);
        T error = T.MultiplyAdd(logits, T.Create(_high), T.Create(0) - product);
        low = T.MultiplyAdd(logits, T.Create(_low), error);
        return product;
    }
}
