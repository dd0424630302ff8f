using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using Scoring.Service.Files;

namespace Scoring.Service.Security;

/// <summary>The public keys of who issues tokens, as their file was at one time.</summary>
internal sealed record JwtKeys(IReadOnlyList<SecurityKey> Keys)
{
    /// <exception cref="InvalidDataException">The file cannot be used.</exception>
    public static JwtKeys Read(string file)
    {
        try
        {
            var text = SmallFile.ReadAllText(file);
            var keys = text.AsSpan().TrimStart().StartsWith("{") ? ReadSet(text) : ReadPem(text);
            return keys.Count > 0 ? new JwtKeys(keys) : throw new InvalidDataException("it has no public key, neither as a JSON Web Key Set nor in PEM");
        }
        catch (Exception exception) when (
            exception is IOException or UnauthorizedAccessException or JsonException or ArgumentException or CryptographicException or InvalidDataException)
        {
            throw new InvalidDataException($"Scoring:Auth:Jwt:KeysFile is '{file}', which cannot be used: {exception.Message}", exception);
        }
    }

    private static List<SecurityKey> ReadSet(string text)
    {
        var set = new JsonWebKeySet(text);
        foreach (var key in set.Keys)
        {
            if (key.Kty == JsonWebAlgorithmsKeyTypes.Octet)
            {
                throw new InvalidDataException("it has a symmetric key (kty oct), with which whoever checks a token could make one");
            }

            if (key.HasPrivateKey)
            {
                throw new InvalidDataException("it has a private key, which is the issuer's alone");
            }
        }

        return [.. set.GetSigningKeys()];
    }

    private static List<SecurityKey> ReadPem(string text)
    {
        var keys = new List<SecurityKey>();
        for (var rest = text.AsSpan(); PemEncoding.TryFind(rest, out var fields); rest = rest[fields.Location.End..])
        {
            var pem = rest[fields.Location];
            keys.Add(rest[fields.Label] switch
            {
                "PUBLIC KEY" => ReadPublicKey(pem),
                "CERTIFICATE" => new X509SecurityKey(X509Certificate2.CreateFromPem(pem)),
                var label => throw new InvalidDataException($"it has a {label}; it must have PUBLIC KEY or CERTIFICATE"),
            });
        }

        return keys;
    }

    private static SecurityKey ReadPublicKey(ReadOnlySpan<char> pem)
    {
        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(pem);
            return new RsaSecurityKey(rsa);
        }
        catch (CryptographicException)
        {
            rsa.Dispose();
            var ecdsa = ECDsa.Create();
            ecdsa.ImportFromPem(pem);
            return new ECDsaSecurityKey(ecdsa);
        }
    }
}
