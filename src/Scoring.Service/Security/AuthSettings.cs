namespace Scoring.Service.Security;

/// <summary>
/// <c>Scoring:Auth</c>: how callers are known. Where nothing of it is set, and no client has a certificate, whoever reaches the service may use it.
/// </summary>
internal sealed class AuthSettings
{
    /// <summary>A JSON file of hashed API keys, relative to the current folder; empty for none.</summary>
    public string ApiKeysFile { get; set; } = string.Empty;
}
