using System.Runtime.CompilerServices;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Scoring.Heads.Reading;

namespace Scoring.Service.Settings;

/// <summary>
/// A piece of configuration as all its sources have it together at one time. It is read in time that grows with what there is:
/// <see cref="IConfiguration"/> looks
/// through every key of a source to find the children of one, which for 50,000 labels takes a minute.
/// </summary>
internal static class SettingTree
{
    /// <summary>The names of the sections that a configuration has at its top.</summary>
    public static IReadOnlySet<string> Roots(IConfigurationRoot configuration) => configuration.Providers
        .SelectMany(provider => provider is ConfigurationProvider known ? Data(known).Keys.Select(RootOf) : provider.GetChildKeys([], null))
        .ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads a section, which may have nothing.</summary>
    public static SettingNode Read(IConfigurationRoot configuration, string path)
    {
        var root = new SettingNode(path);
        // What comes later comes over what came before.
        foreach (var provider in configuration.Providers)
        {
            // A variable SCORING is nobody's setting: whoever has one means something else by it, such as where the program is.
            var isForeign = provider is EnvironmentVariablesConfigurationProvider
                && !path.Contains(ConfigurationPath.KeyDelimiter, StringComparison.Ordinal);
            foreach (var (key, value) in provider is ConfigurationProvider known ? Data(known) : Walk(provider, path))
            {
                if (isForeign && key.Length == path.Length)
                {
                    continue;
                }

                if (key.StartsWith(
                    path, StringComparison.OrdinalIgnoreCase) && (key.Length == path.Length || key[path.Length] == ConfigurationPath.KeyDelimiter[0]))
                {
                    root.Set(key.AsSpan(path.Length), value);
                }
            }
        }

        return root;
    }

    /// <summary>All that a source has, which it shows to what is derived from it alone.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Data")]
    private static extern IDictionary<string, string?> Data(ConfigurationProvider provider);

    private static string RootOf(string key) =>
        key.IndexOf(ConfigurationPath.KeyDelimiter, StringComparison.Ordinal) is var end and >= 0 ? key[..end] : key;

    /// <summary>What a source of another kind has under a path, key by key.</summary>
    private static IEnumerable<KeyValuePair<string, string?>> Walk(IConfigurationProvider provider, string path)
    {
        var keys = provider.GetChildKeys([], path).Distinct(StringComparer.OrdinalIgnoreCase);
        return (provider.TryGet(path, out var value) ? [new(path, value)] : Enumerable.Empty<KeyValuePair<string, string?>>())
            .Concat(keys.SelectMany(key => Walk(provider, ConfigurationPath.Combine(path, key))));
    }
}
