using System.ComponentModel.DataAnnotations;

namespace Scoring.Service.Settings;

/// <summary><c>Scoring:Files</c>: the files that are read again when they change, which are those of heads, labels, keys and certificates.</summary>
internal sealed class FileSettings
{
    /// <summary>
    /// Milliseconds between two looks at them. A file is read at the look that finds a change, one of heads or labels at the look after it. So long
    /// is what was revoked good after it is gone.
    /// </summary>
    [Range(10, 3_600_000)]
    public int PollMs { get; set; } = 2000;
}
