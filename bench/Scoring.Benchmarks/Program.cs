using System.Globalization;
using Scoring.Benchmarks.Kernels;
using Scoring.Benchmarks.Scaling;
using Scoring.Benchmarks.Service;
using Scoring.Benchmarks.Telemetry;

return args switch
{
    ["kernels", .. var rest] => KernelCommand.Run(rest),
    ["service", .. var rest] => await ServiceCommand.RunAsync(rest),
    ["scaling", .. var rest] => await ScalingCommand.RunAsync(rest),
    ["telemetry", .. var rest] => await TelemetryCommand.RunAsync(rest),
    [ListenedServer.Verb, var socket, var collector] => await ListenedServer.RunAsync(socket, collector),
    [PlainServer.TensorsVerb, var port] => PlainServer.Run(int.Parse(port, CultureInfo.InvariantCulture), TensorPrimitivesPeer.Softmax),
    [PlainServer.MathFVerb, var port] => PlainServer.Run(int.Parse(port, CultureInfo.InvariantCulture), MathFSoftmax.Compute),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        kernels --quick      the kernels beside their peers, in under three minutes
        kernels --against    the kernels beside those of another build, whose Scoring.Kernels.dll follows
        kernels [arguments]  the same with BenchmarkDotNet, which takes the arguments
        service --quick      the service beside two plain ones, a processor for the server and one for the load, in about seven minutes
        service --against    the service beside another build, whose scoring follows, in about twenty minutes; some workloads by name
        service --windows    what small messages wait for, from full load down, in about four minutes
        service --client     as --quick, under the load of this project's client, on the same processors
        scaling              one server and more, on one core and all, in about six minutes
        telemetry            the service without telemetry, with metrics, and with traces, in about seven minutes
        """);
    return 1;
}
