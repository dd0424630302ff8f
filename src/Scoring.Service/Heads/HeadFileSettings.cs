using System.ComponentModel.DataAnnotations;

namespace Scoring.Service.Heads;

/// <summary><c>Scoring</c>: where heads come from besides <c>Scoring:Heads</c>.</summary>
internal sealed class HeadFileSettings
{
    /// <summary>
    /// A JSON file with an object of heads, as <c>Scoring:Heads</c> has it; relative to the content root, and empty for none. It comes
    /// over the other files, and under environment variables and arguments.
    /// </summary>
    public string HeadsFile { get; set; } = string.Empty;

    /// <summary>
    /// Milliseconds between two looks at the heads' file and the files of labels. They are read at the look after the one that finds a change.
    /// </summary>
    [Range(10, 3_600_000)]
    public int HeadsPollMs { get; set; } = 2000;
}
