namespace Scoring.Service.Calls;

/// <summary>What an endpoint's calls say of a message that is too large for them.</summary>
internal sealed record MessageLimit(int Bytes);
