using System.Diagnostics;
using System.Runtime.InteropServices;
using Scoring.Kernels;

namespace Scoring.Benchmarks.Kernels;

/// <summary>All kernels with a bar to hold, each beside its peers and a copy of the same bytes, in a table for people.</summary>
internal static class QuickRun
{
    public static readonly (int Rows, int Classes)[] Shapes =
        [(1, 10), (1, 1000), (128, 10), (128, 128), (128, 1000), (64, 32_000), (1, 128_256), (8, 1_000_000)];

    public static void Print()
    {
        long start = Stopwatch.GetTimestamp();
        Console.WriteLine($"{RuntimeInformation.FrameworkDescription}, {Processor()}, kernels on {InstructionSet.Name}, one thread unless said.");
        Console.WriteLine(
            "Medians, ns per row. A ratio is the peer's time over ours: above 1 we are faster. The last column is our time over a copy's.");
        Console.WriteLine();
        Console.WriteLine("| | rows × classes | ours | TensorPrimitives | ratio | ONNX Runtime | ratio | copy | ours / copy |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        var softmax = new double[Shapes.Length];
        for (int i = 0; i < Shapes.Length; i++)
        {
            softmax[i] = PrintSoftmax(Shapes[i].Rows, Shapes[i].Classes);
        }

        PrintSigmoid(128, 1000);
        PrintSigmoid(8, 1_000_000);
        PrintArgmax(128, 1000);
        PrintArgmax(1, 128_256);
        PrintTopK(1, 128_256, 1);
        PrintTopK(1, 128_256, 5);
        PrintTopK(1, 128_256, 50);
        Console.WriteLine();
        PrintConversions(8, 1_000_000);
        Console.WriteLine();
        PrintThreads(64, 32_000);
        PrintThreads(1, 1_000_000);
        Console.WriteLine();
        NarrowRun.PrintBeside(softmax);
        Console.WriteLine();
        Console.WriteLine($"Took {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s.");
    }

    private static double PrintSoftmax(int rows, int classes)
    {
        float[] logits = Logits.Normal(rows * classes), results = new float[logits.Length];
        using var onnx = new OnnxPeer(OnnxModel.Elementwise("Softmax", rows, classes), logits, ("y", results));
        var race = new Race(
            () => Softmax.Compute(logits, classes, results),
            () => TensorPrimitivesPeer.Softmax(logits, classes, results),
            onnx.Run,
            () => logits.AsSpan().CopyTo(results));
        PrintRow("softmax", rows, classes, race, 1, 2, 3);
        return race.Seconds(0) * 1e9 / rows;
    }

    private static void PrintSigmoid(int rows, int classes)
    {
        float[] logits = Logits.Normal(rows * classes), results = new float[logits.Length];
        using var onnx = new OnnxPeer(OnnxModel.Elementwise("Sigmoid", rows, classes), logits, ("y", results));
        var race = new Race(
            () => Sigmoid.Compute(logits, classes, results),
            () => TensorPrimitivesPeer.Sigmoid(logits, results),
            onnx.Run,
            () => logits.AsSpan().CopyTo(results));
        PrintRow("sigmoid", rows, classes, race, 1, 2, 3);
    }

    private static void PrintArgmax(int rows, int classes)
    {
        float[] logits = Logits.Normal(rows * classes), results = new float[logits.Length];
        var indices = new int[rows];
        using var onnx = new OnnxPeer(OnnxModel.ArgMax(rows, classes), logits, ("y", new long[rows]));
        var race = new Race(
            () => Argmax.Compute(logits, classes, indices),
            () => TensorPrimitivesPeer.Argmax(logits, classes, indices),
            onnx.Run,
            () => logits.AsSpan().CopyTo(results));
        PrintRow("argmax", rows, classes, race, 1, 2, 3);
    }

    private static void PrintTopK(int rows, int classes, int k)
    {
        float[] logits = Logits.Normal(rows * classes), results = new float[logits.Length], values = new float[rows * k];
        var indices = new int[rows * k];
        using var onnx = new OnnxPeer(
            OnnxModel.TopK(rows, classes, k), logits, ("values", new float[rows * k]), ("indices", new long[rows * k]));
        var race = new Race(
            () => TopK.Compute(logits, classes, k, indices, values),
            onnx.Run,
            () => logits.AsSpan().CopyTo(results));
        PrintRow($"top-{k}", rows, classes, race, -1, 1, 2);
    }

    private static void PrintConversions(int rows, int classes)
    {
        float[] logits = Logits.Normal(rows * classes), results = new float[logits.Length];
        Half[] halves = Array.ConvertAll(logits, value => (Half)value);
        ushort[] bfloats = Array.ConvertAll(logits, value => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16));
        var race = new Race(
            () => logits.AsSpan().CopyTo(results),
            () => FloatConversion.FromHalf(halves, results),
            () => FloatConversion.FromBFloat16(bfloats, results),
            () => TensorPrimitivesPeer.FromHalf(halves, results));
        Console.WriteLine($"Input of {rows} × {classes} into FP32 rows, over a copy of FP32: FP16 {race.Ratio(1, 0):F2}, BF16 {race.Ratio(2, 0):F2}"
            + $" (TensorPrimitives, FP16: {race.Ratio(3, 0):F2}).");
    }

    private static void PrintThreads(int rows, int classes)
    {
        float[] logits = Logits.Normal(rows * classes), results = new float[logits.Length];
        var race = new Race(
            () => Softmax.Compute(logits, classes, results),
            () => Softmax.Compute(logits, classes, results, threads: 2));
        Console.WriteLine($"Softmax of {rows} × {classes} on two threads: {race.Ratio(0, 1):F2} times as fast as on one.");
    }

    private static void PrintRow(string kernel, int rows, int classes, Race race, int tensors, int onnx, int copy)
    {
        string ours = Nanoseconds(race.Seconds(0) / rows);
        string tensorsTime = tensors < 0 ? "–" : Nanoseconds(race.Seconds(tensors) / rows);
        string tensorsRatio = tensors < 0 ? "–" : $"{race.Ratio(tensors, 0):F2}";
        Console.WriteLine(
            $"| {kernel} | {rows} × {classes} | {ours} | {tensorsTime} | {tensorsRatio} | {Nanoseconds(race.Seconds(onnx) / rows)} | "
            + $"{race.Ratio(onnx, 0):F2} |"
            + $" {Nanoseconds(race.Seconds(copy) / rows)} | {race.Ratio(0, copy):F2} |");
    }

    private static string Nanoseconds(double seconds) => (seconds * 1e9).ToString(seconds < 1e-7 ? "F1" : "F0");

    private static string Processor() => !File.Exists("/proc/cpuinfo")
        ? RuntimeInformation.ProcessArchitecture.ToString()
        : File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(": ")[^1] ?? "Arm";
}
