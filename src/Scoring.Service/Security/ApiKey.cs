namespace Scoring.Service.Security;

/// <summary>What is kept of an API key.</summary>
/// <param name="Name">Whose it is.</param>
/// <param name="Hash">SHA-256 of the key, which is itself known to its owner alone.</param>
/// <param name="Heads">The heads that its owner may use; null for all.</param>
internal sealed record ApiKey(string Name, byte[] Hash, IReadOnlyList<string>? Heads);
