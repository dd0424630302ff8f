using System.Text;

namespace Scoring.Service;

/// <summary>What somebody else wrote, made fit to be quoted in one line of text.</summary>
internal static class Shown
{
    private const int MaxCharacters = 64;

    public static string Text(string? text)
    {
        var start = string.Concat((text ?? string.Empty).Take(MaxCharacters).Select(character => char.IsControl(character) ? '?' : character));
        return text?.Length > MaxCharacters ? start + "…" : start;
    }

    public static string Text(ReadOnlySpan<byte> utf8) => Text(Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, 4 * (MaxCharacters + 1))]));
}
