namespace Scoring.Cli.Bench;

/// <summary>What the server's process says that the load cost it.</summary>
/// <param name="CpuMicrosecondsPerMessage">Processor time, over all cores.</param>
/// <param name="AllocatedBytesPerMessage">On the managed heap.</param>
/// <param name="ResidentBytesBefore">Physical memory at the start of the measured time.</param>
/// <param name="ResidentBytes">Physical memory at its end.</param>
/// <param name="RentedBytes">Pooled buffers that messages in flight held then.</param>
/// <param name="CompiledMethods">Methods that were compiled meanwhile: a server that is warm compiles next to none.</param>
internal sealed record ServerCost(
    double CpuMicrosecondsPerMessage,
    double AllocatedBytesPerMessage,
    ulong ResidentBytesBefore,
    ulong ResidentBytes,
    ulong RentedBytes,
    ulong CompiledMethods);
