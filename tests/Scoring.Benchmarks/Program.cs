using Scoring.Benchmarks.Kernels;
using Scoring.Benchmarks.Service;

return args switch
{
    ["kernels", .. var rest] => KernelCommand.Run(rest),
    ["service", .. var rest] => await ServiceCommand.RunAsync(rest),
    [PlainServer.Verb, var unixSocket] => PlainServer.Run(unixSocket),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        kernels --quick      the kernels beside their peers, in under three minutes
        kernels [arguments]  the same with BenchmarkDotNet, which takes the arguments
        service --quick      the service beside a plain one, in about three minutes
        """);
    return 1;
}
