using System.Diagnostics;
using System.Globalization;
using Scoring.Kernels;

namespace Scoring.Benchmarks.Kernels;

/// <summary>The softmax once more with AVX-512 switched off, which takes another process.</summary>
internal static class NarrowRun
{
    public const string Argument = "--softmax-only";

    /// <summary>In that other process: one time per line, ns per row.</summary>
    public static void Print()
    {
        Console.WriteLine(InstructionSet.Name);
        foreach ((int rows, int classes) in QuickRun.Shapes)
        {
            float[] logits = Logits.Normal(rows * classes), results = new float[logits.Length];
            double seconds = new Race(() => Softmax.Compute(logits, classes, results)).Seconds(0);
            Console.WriteLine((seconds * 1e9 / rows).ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Starts the other process, and prints its times beside these.</summary>
    public static void PrintBeside(double[] softmax)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["kernels", Argument]) { RedirectStandardOutput = true };
        start.Environment["DOTNET_EnableAVX512"] = "0";
        using Process process = Process.Start(start)!;
        string[] lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        Console.WriteLine($"Softmax on {lines[0]} in a process of its own, ns per row, and its speed over that on {InstructionSet.Name}:");
        for (int i = 0; i < softmax.Length; i++)
        {
            double narrow = double.Parse(lines[i + 1], CultureInfo.InvariantCulture);
            Console.WriteLine($"{QuickRun.Shapes[i].Rows} × {QuickRun.Shapes[i].Classes}: {narrow:F1}, {softmax[i] / narrow:F2}");
        }
    }
}
