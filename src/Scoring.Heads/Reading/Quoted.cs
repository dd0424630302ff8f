using System.Globalization;
using System.Text;

namespace Scoring.Heads.Reading;

/// <summary>
/// What somebody else wrote, made fit to stand in one line of text: of bounded length, and without what a terminal would obey or not show.
/// </summary>
internal static class Quoted
{
    private const int MaxQuoted = 64;

    private const int MaxLine = 2048;

    /// <summary>To be quoted in a line.</summary>
    public static string Text(string? text) => Cut(text ?? string.Empty, MaxQuoted);

    /// <summary>To be quoted in a line.</summary>
    public static string Text(ReadOnlySpan<byte> utf8) => Text(Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, 4 * (MaxQuoted + 1))]));

    /// <summary>To be a whole line, of which some may be somebody else's.</summary>
    public static string Line(string text) => Cut(text, MaxLine);

    private static string Cut(string text, int max)
    {
        var length = Math.Min(text.Length, max);
        if (length < text.Length && char.IsHighSurrogate(text[length - 1]))
        {
            length--;
        }

        var shown = string.Create(length, text, static (shown, text) =>
        {
            for (var i = 0; i < shown.Length; i++)
            {
                shown[i] = IsShown(text, i) ? text[i] : '?';
            }
        });
        return length < text.Length ? shown + "…" : shown;
    }

    private static bool IsShown(string text, int at)
    {
        // Of a character in two halves both are what it is.
        var start = at > 0 && char.IsSurrogatePair(text[at - 1], text[at]) ? at - 1 : at;
        return CharUnicodeInfo.GetUnicodeCategory(text, start) is not (
            UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.Surrogate);
    }
}
