using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Scoring.Service.Security;

namespace Scoring.Service;

/// <summary>An API key that nobody has yet.</summary>
/// <param name="Name">Whose it will be.</param>
/// <param name="Key">What its owner sends, and nobody else keeps: 256 random bits.</param>
/// <param name="Entry">What the file of <c>Scoring:Auth:ApiKeysFile</c> has of it, as a member of its object.</param>
public sealed record NewApiKey(string Name, string Key, string Entry)
{
    /// <summary>What a name must be.</summary>
    public const string Names = "1 to 128 letters, digits, '.', '_' and '-', of which the first is a letter or a digit";

    /// <summary>Makes one. The name must be one (<see cref="IsName"/>).</summary>
    /// <param name="name">Whose it will be.</param>
    public static NewApiKey Create(string name)
    {
        var key = $"scoring_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32))}";
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        return new NewApiKey(name, key, $"\"{name}\": {{ \"sha256\": \"{hash}\" }}");
    }

    /// <summary>Whether a key can have this name.</summary>
    /// <param name="name">The name.</param>
    public static bool IsName(string name) => ApiKeys.IsName(name);
}
