using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using Scoring.Service.Files;

namespace Scoring.Service.Security;

/// <summary>The public keys of who issues tokens, as they were at one time. There may be none, so that no token is good.</summary>
/// <param name="Keys">The keys.</param>
/// <param name="Issuer">Who issues the tokens, where that is told with the keys.</param>
internal sealed record JwtKeys(IReadOnlyList<SecurityKey> Keys, string? Issuer = null)
{
    /// <summary>No token is good that is signed with less.</summary>
    private const int LeastRsaBits = 2048;

    /// <exception cref="InvalidDataException">The file cannot be used.</exception>
    public static JwtKeys Read(string file)
    {
        try
        {
            return Parse(SmallFile.ReadAllText(file));
        }
        catch (Exception exception) when (
            exception is IOException or UnauthorizedAccessException or JsonException or ArgumentException or CryptographicException
                or InvalidDataException)
        {
            throw new InvalidDataException($"Scoring:Auth:Jwt:KeysFile is '{file}', which cannot be used: {exception.Message}", exception);
        }
    }

    /// <summary>Reads a JSON Web Key Set or PEM; where it cannot, one of several exceptions says why.</summary>
    public static JwtKeys Parse(string text)
    {
        var isSet = text.AsSpan().TrimStart().StartsWith("{");
        var keys = isSet ? ReadSet(text) : ReadPem(text);
        if (keys.Find(key => key is RsaSecurityKey or X509SecurityKey { PublicKey: RSA } && key.KeySize < LeastRsaBits) is { } weak)
        {
            throw new InvalidDataException($"it has an RSA key of {weak.KeySize} bits; {LeastRsaBits} are the least");
        }

        // An issuer that withdraws all its keys says so with an empty set; what is no set at all may be half-written.
        return keys.Count > 0 || (isSet && IsEmptySet(text))
            ? new JwtKeys(keys)
            : throw new InvalidDataException("it has no public key, neither as a JSON Web Key Set nor in PEM");
    }

    /// <summary>Those that a token may be signed with that names its key, or names none.</summary>
    public IEnumerable<SecurityKey> For(string? id) => Keys.Any(key => key.KeyId == id) ? Keys.Where(key => key.KeyId == id) : Keys;

    private static bool IsEmptySet(string text)
    {
        using var set = JsonDocument.Parse(text);
        return set.RootElement.TryGetProperty("keys", out var keys) && keys.ValueKind == JsonValueKind.Array && keys.GetArrayLength() == 0;
    }

    private static List<SecurityKey> ReadSet(string text)
    {
        JsonWebKeySet set;
        try
        {
            set = new JsonWebKeySet(text);
        }
        catch (ArgumentException)
        {
            // The library does not tell what it found, which might be secret.
            throw new InvalidDataException("it is no JSON Web Key Set");
        }

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
        Pem.IsWhole(text);
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
