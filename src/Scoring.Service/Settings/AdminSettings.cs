using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Scoring.Service.Settings;

/// <summary><c>Scoring:Admin</c>: where the service is watched, apart from where clients reach it.</summary>
internal sealed class AdminSettings : IValidatableObject
{
    /// <summary>The IP address to listen on; empty for that of <c>Scoring:Listen</c>.</summary>
    public string Address { get; set; } = string.Empty;

    /// <summary>
    /// The TCP port of <c>GET /metrics</c>, <c>/healthz</c> and <c>/readyz</c>, HTTP/1.1 in clear text. 0 lets the system choose one; without one
    /// there are none.
    /// </summary>
    [Range(0, 65535)]
    public int? Port { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Address.Length > 0 && !IPAddress.TryParse(Address, out _))
        {
            yield return new ValidationResult(
                $"Scoring:Admin:Address is '{Address}'; it must be an IP address, such as 127.0.0.1 or ::1, or empty for that of Scoring:Listen.");
        }
    }
}
