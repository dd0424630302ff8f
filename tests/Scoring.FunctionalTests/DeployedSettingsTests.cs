using System.Collections;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Scoring.Service.Connections;
using Scoring.Service.Evaluation;
using Scoring.Service.Heads;
using Scoring.Service.Http;
using Scoring.Service.Security;
using Scoring.Service.Settings;
using Scoring.Service.Telemetry;

namespace Scoring.FunctionalTests;

/// <summary><c>deploy/appsettings.json</c> is where an operator reads what can be set, and starts from.</summary>
public sealed class DeployedSettingsTests
{
    [Fact]
    public void The_file_names_every_setting_at_its_default()
    {
        var file = new ConfigurationBuilder().AddJsonFile(Path.Combine(AppContext.BaseDirectory, "deploy", "appsettings.json")).Build();
        string[] defaults =
        [
            .. Defaults("Scoring:Listen", new ListenSettings()),
            .. Defaults("Scoring:Http", new HttpSettings()),
            .. Defaults("Scoring:Admin", new AdminSettings()),
            .. Defaults("Scoring:Tls", new TlsSettings()),
            .. Defaults("Scoring:Auth", new AuthSettings()),
            .. Defaults("Scoring:Auth:Jwt", new JwtSettings()),
            .. Defaults("Scoring:RateLimits", new RateLimitSettings()),
            .. Defaults("Scoring:Telemetry", new TelemetrySettings()),
            .. Defaults("Scoring:Limits", new LimitSettings()),
            .. Defaults("Scoring:Drain", new DrainSettings()),
            .. Defaults("Scoring:Batch", new BatchSettings()),
            .. Defaults("Scoring:Evaluation", new EvaluationSettings()),
            .. Defaults("Scoring", new HeadFileSettings()),
            .. Defaults("Scoring:Files", new FileSettings()),
        ];
        var settings = file.AsEnumerable().Where(
            setting => !file.GetSection(setting.Key).GetChildren().Any()).Select(setting => $"{setting.Key} = {setting.Value}");
        Assert.Equal(defaults.Order(), settings.Order());
    }

    private static IEnumerable<string> Defaults(string section, object settings) => settings.GetType().GetProperties().Select(
        property => $"{section}:{property.Name} = {Text(property.GetValue(settings))}");

    private static string? Text(object? value) => value switch
    {
        string[] many => string.Join(',', many),
        IDictionary => null,
        Enum => value.ToString()!.ToLowerInvariant(),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };
}
