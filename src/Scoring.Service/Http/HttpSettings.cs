using System.ComponentModel.DataAnnotations;

namespace Scoring.Service.Http;

/// <summary><c>Scoring:Http</c>: who may call the HTTP port from a browser.</summary>
internal sealed class HttpSettings : IValidatableObject
{
    /// <summary>
    /// The origins whose pages may read answers, such as <c>https://app.example.com</c>, or <c>*</c> for any; none unless they are named.
    /// </summary>
    public string[] Origins { get; set; } = [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => Origins
        .Where(origin => origin != "*" && !IsOrigin(origin))
        .Select(origin => new ValidationResult(
            $"Scoring:Http:Origins has '{origin}'; an origin is a scheme and a host, and a port where it is not the scheme's own, such as "
            + "https://app.example.com, or * for any."));

    private static bool IsOrigin(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri)
            && uri.GetLeftPart(UriPartial.Authority).Equals(origin, StringComparison.OrdinalIgnoreCase);
}
