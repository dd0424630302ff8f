namespace Scoring.Service.Security;

/// <summary>How much a caller may send.</summary>
internal sealed record CallerRates
{
    /// <summary>Messages a second; 0 for no limit, and null for that of all.</summary>
    public double? MessagesPerSecond { get; set; }

    /// <summary>Rows a second; 0 for no limit, and null for that of all.</summary>
    public double? RowsPerSecond { get; set; }
}
