using System.Globalization;

namespace Scoring.Cli.Top;

/// <summary>Figures as people read them, at most nine characters wide; a dash where there is none.</summary>
internal static class Units
{
    public const string None = "–";

    public static string Count(double? value) => value switch
    {
        null => None,
        0 => "0",
        >= 1e8 => Text(value.Value / 1e6, "N0") + " M",
        >= 10 => Text(value.Value, "N0"),
        < 0.05 => "<0.1",
        _ => Text(value.Value, "0.0"),
    };

    public static string Whole(double? value) => value is null ? None : Text(value.Value, "N0");

    public static string Seconds(double? value) => value switch
    {
        null => None,
        < 10e-6 => Text(value.Value * 1e6, "0.0") + " µs",
        < 1e-3 => Text(value.Value * 1e6, "0") + " µs",
        < 1 => Text(value.Value * 1e3, "0.0") + " ms",
        _ => Text(value.Value, "0.00") + " s",
    };

    public static string Bytes(double? value) => value switch
    {
        null => None,
        < 1e3 => Text(value.Value, "0") + " B",
        < 1e6 => Scaled(value.Value / 1e3) + " kB",
        < 1e9 => Scaled(value.Value / 1e6) + " MB",
        _ => Scaled(value.Value / 1e9) + " GB",
    };

    public static string Share(double? value) => value is null ? None : Text(value.Value * 100, "0") + " %";

    public static string Fraction(double? value) => value is null ? None : Text(value.Value, "0.00");

    private static string Scaled(double value) => Text(value, value < 99.95 ? "0.0" : "0");

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
