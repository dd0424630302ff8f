using System.ComponentModel.DataAnnotations;

namespace Scoring.Service.Security;

/// <summary><c>Scoring:RateLimits</c>: how much each caller may send. Where callers are not told apart, all are one, <c>anyone</c>.</summary>
internal sealed class RateLimitSettings : IValidatableObject
{
    /// <summary>Messages a second; 0 for no limit.</summary>
    [Range(0, 1e9)]
    public double MessagesPerSecond { get; set; }

    /// <summary>Rows a second; 0 for no limit.</summary>
    [Range(0, 1e9)]
    public double RowsPerSecond { get; set; }

    /// <summary>How many seconds' worth may come at once.</summary>
    [Range(0.001, 3600)]
    public double BurstSeconds { get; set; } = 1;

    /// <summary>Callers that are kept account of at a time. What more there are share one account.</summary>
    [Range(1, 1_000_000)]
    public int MaxCallers { get; set; } = 10_000;

    /// <summary>Limits of their own, by the names of callers, or what those begin with and a <c>*</c>. The longest that matches holds.</summary>
    public Dictionary<string, CallerRates> Callers { get; set; } = [];

    /// <summary>What holds for a caller.</summary>
    internal CallerRates Of(string caller)
    {
        var own = Callers.Where(
            rates => NamePattern.Matches(rates.Key, caller)).OrderBy(rates => rates.Key.EndsWith('*')).ThenByDescending(rates => rates.Key.Length)
            .Select(rates => rates.Value).FirstOrDefault();
        return new CallerRates
        {
            MessagesPerSecond = own?.MessagesPerSecond ?? MessagesPerSecond,
            RowsPerSecond = own?.RowsPerSecond ?? RowsPerSecond
        };
    }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (caller, rates) in Callers)
        {
            if (!NamePattern.IsPattern(caller))
            {
                yield return new ValidationResult(
                    $"Scoring:RateLimits:Callers has '{Quoted.Text(caller)}'; it must be a name, or what names begin with and a * at the end.");
            }

            if (rates.MessagesPerSecond is < 0 or > 1e9 or double.NaN || rates.RowsPerSecond is < 0 or > 1e9 or double.NaN)
            {
                yield return new ValidationResult($"Scoring:RateLimits:Callers:{caller} has a limit that is not from 0 to 1000000000.");
            }
        }
    }
}
