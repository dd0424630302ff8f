using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Scoring.Service.Settings;

/// <summary><c>Scoring:Listen</c>: where clients reach the service.</summary>
internal sealed class ListenSettings : IValidatableObject
{
    /// <summary>The IP address to listen on; empty for all of the machine's.</summary>
    public string Address { get; set; } = string.Empty;

    /// <summary>The TCP port, for HTTP/2, in clear text unless <c>Scoring:Tls</c> has a certificate. 0 lets the system choose one.</summary>
    [Range(0, 65535)]
    public int Port { get; set; } = 8080;

    /// <summary>
    /// The TCP port of JSON and gRPC-Web, HTTP/1.1, in clear text unless <c>Scoring:Tls</c> has a certificate. 0 lets the system choose one; without
    /// one there is neither.
    /// </summary>
    [Range(0, 65535)]
    public int? HttpPort { get; set; }

    /// <summary>The path of a Unix domain socket to listen on instead of <see cref="Port"/>.</summary>
    public string UnixSocket { get; set; } = string.Empty;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Address.Length > 0 && !IPAddress.TryParse(Address, out _))
        {
            yield return new ValidationResult(
                $"Scoring:Listen:Address is '{Address}'; it must be an IP address, such as 127.0.0.1 or ::1, or empty for all.");
        }
    }
}
