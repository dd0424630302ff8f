using System.Security.Claims;

namespace Scoring.Service.Security;

/// <summary>What callers are known by. Each kind has a scheme of its own, and the names of one never are those of another.</summary>
internal static class Credentials
{
    /// <summary>The scheme that chooses among the others, and the policy that asks for it.</summary>
    public const string Any = "Scoring";

    public const string ApiKey = "Scoring.ApiKey";
    public const string Token = "Scoring.Jwt";
    public const string Certificate = "Scoring.Certificate";

    /// <summary>What the names of callers begin with, by what they are known by.</summary>
    public const string ApiKeyCaller = "key";

    public const string TokenCaller = "jwt";
    public const string CertificateCaller = "certificate";

    public const string ApiKeyHeader = "x-api-key";

    /// <summary>The claim that has the heads of a caller that has some of its own, with commas between them.</summary>
    public const string HeadsClaim = "scoring.heads";

    private const string Bearer = "Bearer ";

    /// <summary>What <c>authorization: Bearer</c> has; null where there is none.</summary>
    public static string? BearerOf(HttpRequest request)
    {
        string? header = request.Headers.Authorization;
        return header?.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) == true ? header[Bearer.Length..].Trim() : null;
    }

    /// <summary>The scheme that knows what this call has.</summary>
    public static string SchemeOf(HttpRequest request, bool takesApiKeys, bool takesTokens, bool takesCertificates)
    {
        if (takesApiKeys && request.Headers.ContainsKey(ApiKeyHeader))
        {
            return ApiKey;
        }

        var bearer = BearerOf(request);
        if (bearer is null && takesCertificates)
        {
            return Certificate;
        }

        // A token has three parts, and keys that we make have one.
        return takesTokens && (!takesApiKeys || bearer?.Count(character => character == '.') == 2) ? Token : takesApiKeys ? ApiKey : Certificate;
    }

    /// <summary>The caller that a scheme has found.</summary>
    /// <param name="kind">What its name begins with.</param>
    /// <param name="name">Its name among those of its kind.</param>
    /// <param name="heads">The heads that it may use, as far as its credential says; null for all.</param>
    public static ClaimsPrincipal Principal(string kind, string name, IEnumerable<string>? heads = null)
    {
        var identity = new ClaimsIdentity(kind);
        identity.AddClaim(new Claim(identity.NameClaimType, $"{kind}/{name}"));
        if (heads is not null)
        {
            identity.AddClaim(new Claim(HeadsClaim, string.Join(',', heads)));
        }

        return new ClaimsPrincipal(identity);
    }

    /// <summary>The heads, or patterns of them, that a claim has.</summary>
    public static string[] HeadsOf(string claim) => claim.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);
}
