using Scoring.Cli.Bench;

namespace Scoring.Benchmarks.Service;

/// <summary>One kind of traffic, as a load to generate.</summary>
internal sealed record Workload(string Name, string Description, LoadPlan Plan)
{
    public static IReadOnlyList<Workload> All { get; } =
    [
        new("A", "1 × 10, 4 streams, window 64", new LoadPlan { Rows = 1, Classes = 10, Streams = 4, Window = 64 }),
        new("B", "1 × 1000, 4 streams, window 64", new LoadPlan { Rows = 1, Classes = 1000, Streams = 4, Window = 64 }),
        new("C", "128 × 1000, 2 streams, window 8", new LoadPlan { Rows = 128, Classes = 1000, Streams = 2, Window = 8 }),
        new("D", "1 × 128256, 1 stream, window 8", new LoadPlan { Rows = 1, Classes = 128_256, Streams = 1, Window = 8 }),
        new("E", "unary 1 × 1000, 32 at once", new LoadPlan { Rows = 1, Classes = 1000, Unary = true, Window = 32 }),
    ];
}
