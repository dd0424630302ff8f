using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Scoring.FunctionalTests.Infrastructure;

/// <summary>Issues tokens for one test.</summary>
/// <param name="keyId">What tokens call the key that they are signed with.</param>
internal sealed class Issuer(string keyId = "1") : IDisposable
{
    public const string Name = "https://issuer.example.com";
    public const string Audience = "scoring";

    private readonly RSA _rsa = RSA.Create(2048);

    public string PublicPem => _rsa.ExportSubjectPublicKeyInfoPem();

    public string PrivatePem => _rsa.ExportPkcs8PrivateKeyPem();

    public string KeySet => JsonSerializer.Serialize(new { keys = new[] { Public } });

    private object Public
    {
        get
        {
            var key = _rsa.ExportParameters(includePrivateParameters: false);
            return new { kty = "RSA", kid = keyId, use = "sig", n = Base64UrlEncoder.Encode(key.Modulus), e = Base64UrlEncoder.Encode(key.Exponent) };
        }
    }

    public string Issue(
        string? subject = "trainer", string audience = Audience, string issuer = Name, int minutesLeft = 5, SigningCredentials? signedWith = null,
        IDictionary<string, object>? header = null, params (string Name, object Value)[] claims)
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var descriptor = new SecurityTokenDescriptor
        {
            Audience = audience,
            Issuer = issuer,
            NotBefore = now.AddHours(-1),
            IssuedAt = now.AddHours(-1),
            Expires = now.AddMinutes(minutesLeft),
            SigningCredentials = signedWith ?? new SigningCredentials(new RsaSecurityKey(_rsa) { KeyId = keyId }, SecurityAlgorithms.RsaSha256),
            AdditionalHeaderClaims = header,
            Claims = claims.ToDictionary(claim => claim.Name, claim => claim.Value),
        };
        if (subject is not null)
        {
            descriptor.Claims["sub"] = subject;
        }

        return new JsonWebTokenHandler().CreateToken(descriptor);
    }

    public void Dispose() => _rsa.Dispose();
}
