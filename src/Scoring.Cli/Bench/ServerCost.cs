namespace Scoring.Cli.Bench;

/// <summary>What the server's process says that the load cost it.</summary>
/// <param name="CpuMicrosecondsPerMessage">Processor time, over all cores.</param>
/// <param name="AllocatedBytesPerMessage">On the managed heap.</param>
/// <param name="ResidentBytes">Physical memory at the end of the measured time.</param>
/// <param name="RentedBytes">Pooled buffers that messages in flight held then.</param>
internal sealed record ServerCost(double CpuMicrosecondsPerMessage, double AllocatedBytesPerMessage, ulong ResidentBytes, ulong RentedBytes);
