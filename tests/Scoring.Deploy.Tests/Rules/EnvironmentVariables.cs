using Scoring.Deploy.Tests.Manifests;

namespace Scoring.Deploy.Tests.Rules;

/// <summary>Every variable of the service's container is known to somebody, and named once.</summary>
internal static class EnvironmentVariables
{
    /// <summary>Of the service's own settings, OpenTelemetry's and .NET's.</summary>
    private static readonly string[] Prefixes = ["Scoring__", "OTEL_", "DOTNET_"];

    public static IEnumerable<string> Problems(Deployed deployed)
    {
        var variables = deployed.Container.Env;
        foreach (var (key, _) in deployed.Settings.Own)
        {
            if (!Settings.IsSetting(key))
            {
                yield return $"{key} is not a setting";
            }
        }

        foreach (var (index, variable) in variables.Index().Where(
            variable => !Prefixes.Any(prefix => variable.Item.Name.StartsWith(prefix, StringComparison.Ordinal))))
        {
            // One is put into others that come after it, and not into those before.
            if (!variables.Skip(index + 1).Any(user => user.Value?.Contains($"$({variable.Name})", StringComparison.Ordinal) is true))
            {
                yield return $"nobody takes notice of {variable.Name}";
            }
        }

        foreach (var twice in variables.GroupBy(variable => variable.Name).Where(named => named.Count() > 1))
        {
            yield return $"{twice.Key} is there twice";
        }

        if (deployed.Pod.EnableServiceLinks is not false)
        {
            yield return "the addresses of all services are among the variables";
        }
    }
}
