using System.Globalization;

namespace Scoring.Heads.Reading;

/// <summary>Numbers of things, as English has them.</summary>
internal static class Plural
{
    /// <summary>So many of something, which is named in the singular: "1 class", "2 classes".</summary>
    /// <param name="number">How many.</param>
    /// <param name="one">What one is called.</param>
    /// <param name="format">Of the number.</param>
    public static string Of(long number, string one, string format = "D") =>
        string.Create(CultureInfo.InvariantCulture,
            $"{number.ToString(format, CultureInfo.InvariantCulture)} {one}{(number == 1 ? string.Empty : one.EndsWith('s') ? "es" : "s")}");
}
