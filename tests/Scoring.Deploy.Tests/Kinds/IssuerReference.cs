namespace Scoring.Deploy.Tests.Kinds;

/// <summary>Who issues a certificate.</summary>
public sealed class IssuerReference
{
    public string Group { get; set; } = string.Empty;

    public string Kind { get; set; } = string.Empty;

    public string Name { get; set; } = string.Empty;
}
