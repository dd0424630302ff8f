using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Scoring.Deploy.Tests.Manifests;

/// <summary>What the service is set to: environment variables over the defaults.</summary>
/// <param name="variables">The environment's, by name.</param>
internal sealed class Settings(IReadOnlyDictionary<string, string> variables)
{
    private const string Prefix = "Scoring__";

    /// <summary>Every setting there is, at its default.</summary>
    public static readonly IConfiguration Defaults = new ConfigurationBuilder().AddJsonFile(Repository.PathOf("deploy/appsettings.json")).Build();

    /// <summary>Those that are the service's, by name.</summary>
    public IEnumerable<KeyValuePair<string, string>> Own =>
        variables.Where(variable => variable.Key.StartsWith(Prefix, StringComparison.Ordinal)).Select(variable => KeyValuePair.Create(KeyOf(variable.Key), variable.Value));

    public bool HasTls => Text("Scoring:Tls:CertificateFile").Length > 0;

    public string Text(string key) => Own.Where(setting => setting.Key == key).Select(setting => setting.Value).SingleOrDefault() ?? Defaults[key] ?? string.Empty;

    public long Number(string key) => long.Parse(Text(key), CultureInfo.InvariantCulture);

    private static string KeyOf(string variable) => variable.Replace("__", ":", StringComparison.Ordinal);
}
