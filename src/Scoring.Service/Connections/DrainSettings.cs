using System.ComponentModel.DataAnnotations;

namespace Scoring.Service.Connections;

/// <summary><c>Scoring:Drain</c>: how the service ends when it is told to.</summary>
internal sealed class DrainSettings : IValidatableObject
{
    /// <summary>
    /// Milliseconds between telling that it is not ready and beginning to end: the time that those who send it traffic take to notice. It serves as
    /// ever until then.
    /// </summary>
    [Range(0, 600_000)]
    public int DelayMs { get; set; }

    /// <summary>Milliseconds from the signal on after which the connections of those who have not ended are closed, the delay included.</summary>
    [Range(1, 3_600_000)]
    public int TimeoutMs { get; set; } = 25_000;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (DelayMs >= TimeoutMs)
        {
            yield return new ValidationResult(
                $"Scoring:Drain:DelayMs is {DelayMs}; it must be less than Scoring:Drain:TimeoutMs, which is {TimeoutMs}.");
        }
    }
}
