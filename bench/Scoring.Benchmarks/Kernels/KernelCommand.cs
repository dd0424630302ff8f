using BenchmarkDotNet.Running;

namespace Scoring.Benchmarks.Kernels;

internal static class KernelCommand
{
    public static int Run(string[] arguments)
    {
        switch (arguments)
        {
            case ["--quick"]:
                QuickRun.Print();
                return 0;
            case ["--against", var path, .. var names]:
                PairedRun.Print(path, names);
                return 0;
            case [NarrowRun.Argument]:
                NarrowRun.Print();
                return 0;
            default:
                BenchmarkSwitcher.FromTypes([typeof(SoftmaxBenchmarks), typeof(SelectionBenchmarks), typeof(ConversionBenchmarks)]).Run(arguments);
                return 0;
        }
    }
}
