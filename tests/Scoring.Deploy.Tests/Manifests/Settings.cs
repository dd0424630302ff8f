using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Scoring.Deploy.Tests.Manifests;

/// <summary>What the service is set to: environment variables over the defaults.</summary>
/// <param name="variables">The environment's, by name.</param>
internal sealed class Settings(IReadOnlyDictionary<string, string> variables)
{
    private const string Prefix = "Scoring__";

    /// <summary>Every setting there is, at its default.</summary>
    private static readonly IConfiguration Defaults = new ConfigurationBuilder().AddJsonFile(Repository.PathOf("deploy/appsettings.json")).Build();

    /// <summary>Those that are the service's, by name.</summary>
    public IEnumerable<KeyValuePair<string, string>> Own =>
        variables.Where(variable => variable.Key.StartsWith(Prefix, StringComparison.Ordinal)).Select(
            variable => KeyValuePair.Create(KeyOf(variable.Key), variable.Value));

    public bool HasTls => Text("Scoring:Tls:CertificateFile").Length > 0;

    /// <summary>
    /// Whether there is such a setting, in just this spelling: the service itself takes no notice of case, nor of what it does not know.
    /// </summary>
    public static bool IsSetting(string key) =>
        Defaults.AsEnumerable().Any(setting => setting.Key == key) && !Defaults.GetSection(key).GetChildren().Any();

    public string Text(string key) =>
        Own.Where(setting => setting.Key == key).Select(setting => setting.Value).SingleOrDefault() ?? Defaults[key] ?? string.Empty;

    public long Number(string key) => long.Parse(Text(key), CultureInfo.InvariantCulture);

    private static string KeyOf(string variable) => variable.Replace("__", ":", StringComparison.Ordinal);
}
