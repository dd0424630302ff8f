using Scoring.Benchmarks.Kernels;

return args switch
{
    ["kernels", .. var rest] => KernelCommand.Run(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        kernels --quick      the kernels beside their peers, in under three minutes
        kernels [arguments]  the same with BenchmarkDotNet, which takes the arguments
        """);
    return 1;
}
