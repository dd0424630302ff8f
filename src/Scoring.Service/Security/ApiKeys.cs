using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Scoring.Service.Files;

namespace Scoring.Service.Security;

/// <summary>The API keys of one file: <c>{ "name": { "sha256": "hex", "heads": ["pets*"] } }</c>, where no heads means all.</summary>
internal sealed partial class ApiKeys
{
    /// <summary>Each call compares with all of them.</summary>
    private const int MaxKeys = 1024;

    /// <summary>More than any key has; what is longer is not worth hashing.</summary>
    private const int MaxCharacters = 512;

    private static readonly JsonSerializerOptions Strict = new()
    {
        AllowDuplicateProperties = false,
        // A null would pass for what is not there, and no heads means all.
        RespectNullableAnnotations = true,
        PropertyNameCaseInsensitive = false,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>What a key has that says nothing of heads.</summary>
    private static readonly string[] AllHeads = ["*"];

    private readonly ApiKey[] _keys;

    private ApiKeys(ApiKey[] keys)
    {
        _keys = keys;
    }

    /// <exception cref="InvalidDataException">The file cannot be used.</exception>
    public static ApiKeys Read(string file)
    {
        try
        {
            using var stream = new MemoryStream(SmallFile.ReadAllBytes(file));
            var entries = JsonSerializer.Deserialize<Dictionary<string, Entry>>(stream, Strict) ?? throw new InvalidDataException("it is null");
            if (entries.Count > MaxKeys)
            {
                throw new InvalidDataException($"it has {entries.Count} keys; at most {MaxKeys} are allowed");
            }

            ApiKey[] keys = [.. entries.Select(entry => Parse(entry.Key, entry.Value))];
            var twice = keys.GroupBy(key => Convert.ToHexString(key.Hash)).FirstOrDefault(same => same.Count() > 1);
            return twice is null
                ? new ApiKeys(keys)
                : throw new InvalidDataException($"{string.Join(" and ", twice.Select(key => $"'{key.Name}'"))} have the same key");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or InvalidDataException)
        {
            throw new InvalidDataException($"Scoring:Auth:ApiKeysFile is '{file}', which cannot be used: {exception.Message}", exception);
        }
    }

    /// <summary>Whose key this is; null where it is nobody's. It takes the same time whichever it is.</summary>
    public ApiKey? Find(string key)
    {
        if (key.Length > MaxCharacters)
        {
            return null;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(key), hash);
        ApiKey? found = null;
        foreach (var known in _keys)
        {
            if (CryptographicOperations.FixedTimeEquals(known.Hash, hash))
            {
                found = known;
            }
        }

        return found;
    }

    public static bool IsName(string name) => Name().IsMatch(name);

    private static ApiKey Parse(string name, Entry? entry)
    {
        if (!IsName(name))
        {
            throw new InvalidDataException($"'{Quoted.Text(name)}' is not a name; it must be {NewApiKey.Names}");
        }

        if (entry?.Heads.FirstOrDefault(head => !NamePattern.IsPattern(head) || head.AsSpan().ContainsAny(", ")) is { } bad)
        {
            throw new InvalidDataException(
                $"'{name}' has the head '{Quoted.Text(bad)}'; it must be a name, or what names begin with and a * at the end");
        }

        return entry?.Sha256 is { Length: 2 * SHA256.HashSizeInBytes } hex && hex.All(char.IsAsciiHexDigit)
            ? new ApiKey(name, Convert.FromHexString(hex), entry.Heads == AllHeads ? null : entry.Heads)
            : throw new InvalidDataException($"'{name}' has no sha256 of 64 hexadecimal digits; `scoring key new {name}` makes one");
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    private sealed class Entry
    {
        [JsonPropertyName("sha256")]
        public string? Sha256 { get; init; }

        /// <summary>It may be absent, but not null.</summary>
        [JsonPropertyName("heads")]
        public string[] Heads { get; init; } = AllHeads;
    }
}
