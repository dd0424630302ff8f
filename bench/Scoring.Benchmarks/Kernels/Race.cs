using System.Diagnostics;

namespace Scoring.Benchmarks.Kernels;

/// <summary>
/// Times several ways of doing the same in rounds: in each round every way runs once for about the same time, one after another, so that what
/// disturbs the machine disturbs all. A ratio is the median of the rounds' ratios.
/// </summary>
internal sealed class Race
{
    private const int Rounds = 25;
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(4);
    // Long enough for the runtime to compile a peer for the second time, with all optimisations.
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(400);

    private readonly double[][] _seconds;

    public Race(params Action[] ways)
    {
        int[] repeats = Array.ConvertAll(ways, Calibrate);
        _seconds = Array.ConvertAll(ways, _ => new double[Rounds]);
        for (int round = 0; round < Rounds; round++)
        {
            for (int way = 0; way < ways.Length; way++)
            {
                _seconds[way][round] = Time(ways[way], repeats[way]);
            }
        }
    }

    /// <summary>The median time of one run.</summary>
    public double Seconds(int way) => Median.Of(_seconds[way]);

    /// <summary>How many times as long one way took as another.</summary>
    public double Ratio(int way, int other) => Median.Of([.. _seconds[way].Zip(_seconds[other], (one, two) => one / two)]);

    private static int Calibrate(Action way)
    {
        long start = Stopwatch.GetTimestamp();
        int runs = 0;
        for (; runs < 3 || Stopwatch.GetElapsedTime(start) < WarmUp; runs++)
        {
            way();
        }

        double once = Time(way, 1 + (runs / 10));
        return (int)Math.Clamp(Turn.TotalSeconds / once, 1, 1_000_000);
    }

    private static double Time(Action way, int repeats)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < repeats; i++)
        {
            way();
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds / repeats;
    }
}
