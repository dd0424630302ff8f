using System.Globalization;

namespace Scoring.Cli.Evaluate.Report;

/// <summary>Counts where there is little room.</summary>
internal static class CountText
{
    public static string Short(double count) => count switch
    {
        < 10_000 => count.ToString("#,##0.##", CultureInfo.InvariantCulture),
        < 1_000_000 => (count / 1_000).ToString("0.#", CultureInfo.InvariantCulture) + "k",
        < 1_000_000_000 => (count / 1_000_000).ToString("0.#", CultureInfo.InvariantCulture) + "M",
        _ => (count / 1_000_000_000).ToString("0.#", CultureInfo.InvariantCulture) + "G",
    };

    /// <summary>A step of 1, 2 or 5 times a power of ten that divides an axis in one to four; never a part of 1.</summary>
    public static double RoundStep(double highest)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(highest / 1.5, 1))));
        return (highest / 1.5 / power) switch
        {
            >= 5 => 5 * power,
            >= 2 => 2 * power,
            _ => power,
        };
    }
}
