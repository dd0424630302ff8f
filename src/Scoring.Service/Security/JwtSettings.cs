using System.ComponentModel.DataAnnotations;

namespace Scoring.Service.Security;

/// <summary><c>Scoring:Auth:Jwt</c>: tokens that somebody else issues.</summary>
internal sealed class JwtSettings : IValidatableObject
{
    /// <summary>The issuer's address, whose OpenID metadata tell its keys; empty for <see cref="KeysFile"/>, or for no tokens.</summary>
    public string Authority { get; set; } = string.Empty;

    /// <summary>The issuer's public keys, as a JSON Web Key Set or in PEM, instead of <see cref="Authority"/>.</summary>
    public string KeysFile { get; set; } = string.Empty;

    /// <summary>Whom tokens are meant for (<c>aud</c>); others are refused.</summary>
    public string Audience { get; set; } = string.Empty;

    /// <summary>Who issues tokens (<c>iss</c>); empty for what the metadata of <see cref="Authority"/> say.</summary>
    public string Issuer { get; set; } = string.Empty;

    /// <summary>The claim of the heads, or patterns of them, that a token's owner may use; empty where tokens say nothing of heads.</summary>
    public string HeadsClaim { get; set; } = string.Empty;

    internal bool IsOn => Authority.Length > 0 || KeysFile.Length > 0;

    /// <summary>Metadata in clear text could be anybody's, but on this machine.</summary>
    internal bool IsOnThisMachine => Uri.TryCreate(Authority, UriKind.Absolute, out var uri) && uri.IsLoopback;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IsOn && (Audience.Length > 0 || Issuer.Length > 0 || HeadsClaim.Length > 0))
        {
            yield return new ValidationResult(
                "Scoring:Auth:Jwt has no Authority and no KeysFile, and other settings; one of the two must tell the issuer's keys.");
        }

        if (Authority.Length > 0 && KeysFile.Length > 0)
        {
            yield return new ValidationResult("Scoring:Auth:Jwt has both Authority and KeysFile; the issuer's keys come from one of them.");
        }

        if (Authority.Length > 0 && !IsOnThisMachine && !Authority.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            yield return new ValidationResult($"Scoring:Auth:Jwt:Authority is '{Authority}'; it must begin with https://.");
        }

        if (IsOn && Audience.Length == 0)
        {
            yield return new ValidationResult("Scoring:Auth:Jwt:Audience is empty; without it tokens for other services would do.");
        }

        if (KeysFile.Length > 0 && Issuer.Length == 0)
        {
            yield return new ValidationResult("Scoring:Auth:Jwt:Issuer is empty; with KeysFile it must say who issues tokens.");
        }
    }
}
