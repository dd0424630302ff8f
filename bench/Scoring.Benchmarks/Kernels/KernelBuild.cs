using System.Reflection;
using System.Reflection.Emit;

namespace Scoring.Benchmarks.Kernels;

/// <summary>
/// The kernels of one build of <c>Scoring.Kernels</c>, called by name, so that two builds can be called alike. What they return is of types that the
/// two do not share, and is dropped.
/// </summary>
internal sealed class KernelBuild(Assembly kernels)
{
    public delegate void Scores(
        ReadOnlySpan<float> logits, int classes, Span<float> results, float temperature, ReadOnlySpan<float> bias, int threads);

    public delegate void Losses(
        ReadOnlySpan<float> logits,
        int classes,
        ReadOnlySpan<int> targets,
        Span<float> losses,
        float temperature,
        ReadOnlySpan<float> bias,
        int threads);

    public delegate void Best(ReadOnlySpan<float> logits, int classes, int k, Span<int> indices, Span<float> values, int threads);

    public delegate void Greatest(ReadOnlySpan<float> logits, int classes, Span<int> indices, int threads);

    public delegate void Halves(ReadOnlySpan<Half> halves, Span<float> floats);

    /// <summary>A public method of a public type.</summary>
    public TDelegate Find<TDelegate>(string type, string method = "Compute")
        where TDelegate : Delegate
    {
        Type[] parameters = [.. typeof(TDelegate).GetMethod("Invoke")!.GetParameters().Select(parameter => parameter.ParameterType)];
        MethodInfo found = kernels.GetType($"Scoring.Kernels.{type}", throwOnError: true)!.GetMethod(method, parameters)
            ?? throw new MissingMethodException($"{kernels.Location} has no {type}.{method} of these parameters");
        var call = new DynamicMethod(type, returnType: null, parameters, typeof(KernelBuild).Module, skipVisibility: true);
        ILGenerator code = call.GetILGenerator();
        for (short i = 0; i < parameters.Length; i++)
        {
            code.Emit(OpCodes.Ldarg, i);
        }

        code.Emit(OpCodes.Call, found);
        if (found.ReturnType != typeof(void))
        {
            code.Emit(OpCodes.Pop);
        }

        code.Emit(OpCodes.Ret);
        return call.CreateDelegate<TDelegate>();
    }
}
