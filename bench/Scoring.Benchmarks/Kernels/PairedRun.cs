using System.Runtime.Loader;
using Scoring.Kernels;

namespace Scoring.Benchmarks.Kernels;

/// <summary>Each kernel of this build beside that of another, in one process, over the same memory and turn by turn.</summary>
internal static class PairedRun
{
    /// <param name="path">Another build's <c>Scoring.Kernels.dll</c>.</param>
    /// <param name="names">The kernels to run; none for all.</param>
    public static void Print(string path, string[] names)
    {
        var ours = new KernelBuild(typeof(Softmax).Assembly);
        var others = new KernelBuild(new AssemblyLoadContext("other").LoadFromAssemblyPath(Path.GetFullPath(path)));
        Console.WriteLine($"Kernels on {InstructionSet.Name}, one thread. The other build's time over this one's: above 1 this one is faster.");
        Console.WriteLine();
        Console.WriteLine($"| rows × classes | {string.Join(" | ", QuickRun.Shapes.Select(shape => $"{shape.Rows} × {shape.Classes}"))} |");
        Console.WriteLine($"|---{string.Concat(Enumerable.Repeat("|---", QuickRun.Shapes.Length))}|");
        foreach (string kernel in new[] { "Softmax", "LogSoftmax", "Sigmoid", "Linear" })
        {
            PrintRow(kernel, (build, rows) => Scores(build.Find<KernelBuild.Scores>(kernel), rows, rows.Results, 1));
            PrintRow($"{kernel}, T = 2", (build, rows) => Scores(build.Find<KernelBuild.Scores>(kernel), rows, rows.Results, 2));
        }

        foreach (string kernel in new[] { "LogSumExp", "Entropy" })
        {
            PrintRow(kernel, (build, rows) => Scores(build.Find<KernelBuild.Scores>(kernel), rows, rows.PerRow, 1));
        }

        PrintRow("CrossEntropy", (build, rows) =>
        {
            var run = build.Find<KernelBuild.Losses>("CrossEntropy");
            return () => run(rows.Logits, rows.Classes, rows.Indices, rows.PerRow, 1, default, 1);
        });
        PrintRow("Argmax", (build, rows) =>
        {
            var run = build.Find<KernelBuild.Greatest>("Argmax");
            return () => run(rows.Logits, rows.Classes, rows.Indices, 1);
        });
        PrintRow("TopK, k = 1", (build, rows) =>
        {
            var run = build.Find<KernelBuild.Best>("TopK");
            return () => run(rows.Logits, rows.Classes, 1, rows.Indices, rows.PerRow, 1);
        });
        PrintRow("TopK, k = 5", (build, rows) =>
        {
            var run = build.Find<KernelBuild.Best>("TopK");
            return () => run(rows.Logits, rows.Classes, 5, rows.FiveIndices, rows.FivePerRow, 1);
        });
        PrintRow("FromHalf", (build, rows) =>
        {
            var run = build.Find<KernelBuild.Halves>("FloatConversion", "FromHalf");
            return () => run(rows.Halves, rows.Results);
        });

        void PrintRow(string name, Func<KernelBuild, Rows, Action> make)
        {
            if (names.Length > 0 && !names.Contains(name.Split(',')[0]))
            {
                return;
            }

            IEnumerable<string> ratios = QuickRun.Shapes.Select(shape =>
            {
                var rows = new Rows(Logits.Normal(shape.Rows * shape.Classes), shape.Classes);
                return new Race(make(ours, rows), make(others, rows)).Ratio(1, 0).ToString("F2");
            });
            Console.WriteLine($"| {name} | {string.Join(" | ", ratios)} |");
        }
    }

    private static Action Scores(KernelBuild.Scores run, Rows rows, float[] results, float temperature) =>
        () => run(rows.Logits, rows.Classes, results, temperature, default, 1);

    /// <summary>Both builds' memory: where it lies to a page is felt in the time.</summary>
    private sealed record Rows(float[] Logits, int Classes)
    {
        public float[] Results { get; } = new float[Logits.Length];

        public float[] PerRow { get; } = new float[Logits.Length / Classes];

        public int[] Indices { get; } = new int[Logits.Length / Classes];

        public float[] FivePerRow { get; } = new float[5 * Logits.Length / Classes];

        public int[] FiveIndices { get; } = new int[5 * Logits.Length / Classes];

        public Half[] Halves { get; } = Array.ConvertAll(Logits, value => (Half)value);
    }
}
