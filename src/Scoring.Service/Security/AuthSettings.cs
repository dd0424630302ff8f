using System.ComponentModel.DataAnnotations;

namespace Scoring.Service.Security;

/// <summary><c>Scoring:Auth</c>: how callers are known. Where nothing of it is set, and no client has a certificate, whoever reaches the service may use it.</summary>
internal sealed class AuthSettings
{
    /// <summary>A JSON file of hashed API keys, relative to the current folder; empty for none.</summary>
    public string ApiKeysFile { get; set; } = string.Empty;

    /// <summary>Milliseconds between two looks at the files of keys. A file is read at the look that finds a change: so long a key is good after it is gone.</summary>
    [Range(10, 3_600_000)]
    public int PollMs { get; set; } = 2000;
}
