namespace Scoring.Cli;

/// <summary>Texts that are to be no longer than there is room for.</summary>
internal static class Shortened
{
    /// <summary>The text, or as much of it as fits with an ellipsis. A character of two halves is not taken apart.</summary>
    public static string To(string text, int longest) =>
        text.Length <= longest ? text : text[..(longest - (char.IsHighSurrogate(text[longest - 2]) ? 2 : 1))] + "…";
}
