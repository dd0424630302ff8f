namespace Scoring.Service.Evaluation;

/// <summary>A client's own text in an error, whose length is not the client's to choose.</summary>
internal static class Quoted
{
    private const int MaxLength = 64;

    public static string From(string text) => text.Length <= MaxLength ? text : $"{text.AsSpan(0, MaxLength)}…";
}
