namespace Scoring.Service.Heads;

/// <summary><c>Scoring</c>: where heads come from besides <c>Scoring:Heads</c>.</summary>
internal sealed class HeadFileSettings
{
    /// <summary>
    /// A JSON file with an object of heads, as <c>Scoring:Heads</c> has it; relative to the content root, and empty for none. It comes
    /// over the other files, and under environment variables and arguments.
    /// </summary>
    public string HeadsFile { get; set; } = string.Empty;
}
