using OxyPlot;

namespace Scoring.Cli.Evaluate.Report;

/// <summary>
/// Colours that the page decides on, so that one drawing is right on a light page, on a dark one and on paper: the plotting library draws with
/// placeholders, which become the style sheet's variables.
/// </summary>
internal static class ChartColor
{
    /// <summary>Text.</summary>
    public static readonly OxyColor Ink = OxyColor.FromRgb(1, 2, 1);

    /// <summary>Text and lines that stand back.</summary>
    public static readonly OxyColor Muted = OxyColor.FromRgb(1, 2, 2);

    /// <summary>Grid lines.</summary>
    public static readonly OxyColor Line = OxyColor.FromRgb(1, 2, 3);

    /// <summary>What is as it should be.</summary>
    public static readonly OxyColor Right = OxyColor.FromRgb(1, 2, 4);

    /// <summary>What is not.</summary>
    public static readonly OxyColor Wrong = OxyColor.FromRgb(1, 2, 5);

    /// <summary>Text on a strong colour.</summary>
    public static readonly OxyColor OnStrong = OxyColor.FromRgb(1, 2, 6);

    /// <summary>A histogram's bars.</summary>
    public static readonly OxyColor Bar = OxyColor.FromRgb(1, 2, 7);

    private static readonly (OxyColor Placeholder, string Variable)[] Variables =
    [
        (Ink, "ink"), (Muted, "muted"), (Line, "line"), (Right, "right"), (Wrong, "wrong"), (OnStrong, "on-strong"), (Bar, "bar"),
    ];

    /// <summary>Puts the variables in the place of the placeholders.</summary>
    public static string ToVariables(string svg)
    {
        foreach (var (placeholder, variable) in Variables)
        {
            svg = svg.Replace($"rgb({placeholder.R},{placeholder.G},{placeholder.B})", $"var(--{variable})", StringComparison.Ordinal);
        }

        return svg;
    }
}
