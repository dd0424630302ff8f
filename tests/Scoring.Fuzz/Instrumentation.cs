using SharpFuzz;

namespace Scoring.Fuzz;

/// <summary>Which types of Scoring.Protocol tell the fuzzer of their branches.</summary>
internal static class Instrumentation
{
    private static readonly string[] Left =
    [
        // Which way these take follows from the processor and from earlier inputs, not from this one.
        "Scoring.Protocol.Buffers.BufferPool", "Scoring.Protocol.Buffers.FreeList", "Scoring.Protocol.Buffers.Tally",
        "Scoring.Protocol.Buffers.PerProcessor",
    ];

    public static void Apply(string assembly)
    {
        foreach (var type in Fuzzer.Instrument(assembly, IsInstrumented, Options.Value))
        {
            Console.WriteLine(type);
        }
    }

    private static bool IsInstrumented(string type) =>
        type.StartsWith("Scoring.Protocol.", StringComparison.Ordinal) && !Left.Any(left => type.StartsWith(left, StringComparison.Ordinal));
}
