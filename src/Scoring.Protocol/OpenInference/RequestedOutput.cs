namespace Scoring.Protocol.OpenInference;

/// <summary>One output that a message asks for. The object is used again, and its name then serves as a hint.</summary>
internal sealed class RequestedOutput
{
    public string Name { get; set; } = string.Empty;

    /// <summary>Of the scores, how many of the best classes to tell as text; 0 for the scores themselves.</summary>
    public long Classification { get; set; }
}
