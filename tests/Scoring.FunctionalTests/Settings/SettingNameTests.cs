using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.Service;
using Scoring.Service.Http;
using Scoring.Service.Settings;

namespace Scoring.FunctionalTests.Settings;

/// <summary>No setting is silently ignored: what is misspelt, or of another shape, stops the start.</summary>
public sealed class SettingNameTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Scoring:Auth:ApiKeyFile=keys.json", "Scoring:Auth:ApiKeyFile is not a setting; the nearest is Scoring:Auth:ApiKeysFile")]
    [InlineData(
        "Scoring:Tls:ClientCertificate=require", "Scoring:Tls:ClientCertificate is not a setting; the nearest is Scoring:Tls:ClientCertificates")]
    [InlineData("Scoring:RateLimit:RowsPerSecond=1", "Scoring:RateLimit is not a setting; the nearest is Scoring:RateLimits")]
    [InlineData("Scoring:Limts:Rows=1", "Scoring:Limts is not a setting; the nearest is Scoring:Limits")]
    [InlineData("Scoring:ApiKeysFile=keys.json", "Scoring:ApiKeysFile is not a setting; the nearest is Scoring:Auth:ApiKeysFile")]
    [InlineData("Scoring:Auth:Audience=me", "Scoring:Auth:Audience is not a setting; the nearest is Scoring:Auth:Jwt:Audience")]
    [InlineData("Scoring:HeadFile=heads.json", "Scoring:HeadFile is not a setting; the nearest is Scoring:HeadsFile")]
    [InlineData("scoring:auth:apikeyfile=keys.json", "Scoring:auth:apikeyfile is not a setting; the nearest is Scoring:Auth:ApiKeysFile")]
    [InlineData(
        "Scoring:RateLimits:Callers:anyone:RowPerSecond=1",
        "Scoring:RateLimits:Callers:anyone:RowPerSecond is not a setting; the nearest is Scoring:RateLimits:Callers:anyone:RowsPerSecond")]
    [InlineData("Scorng:Auth:ApiKeysFile=keys.json", "Scorng:Auth is not a setting; the nearest is Scoring:Auth")]
    public async Task A_name_that_no_setting_has_stops_the_start_with_the_nearest_that_one_has(string setting, string said) =>
        Assert.Equal([said], await RefusedForAsync($"--{setting}"));

    [Theory]
    [InlineData("Limits:Rows=abc", "Scoring:Limits:Rows is 'abc'; it must be a whole number from 1 to 2147483647")]
    [InlineData("Limits:Rows=", "Scoring:Limits:Rows is ''; it must be a whole number from 1 to 2147483647")]
    [InlineData("Limits:Rows=1.5", "Scoring:Limits:Rows is '1.5'; it must be a whole number from 1 to 2147483647")]
    [InlineData("Limits:Rows=3000000000", "Scoring:Limits:Rows is '3000000000'; it must be a whole number from 1 to 2147483647")]
    [InlineData("Limits:IdleBufferBytes=-1", "Scoring:Limits:IdleBufferBytes is '-1'; it must be a whole number of at least 0")]
    [InlineData("Listen:Port=70000", "Scoring:Listen:Port is '70000'; it must be a whole number from 0 to 65535")]
    [InlineData("Listen:HttpPort=abc", "Scoring:Listen:HttpPort is 'abc'; it must be a whole number from 0 to 65535")]
    [InlineData("RateLimits:BurstSeconds=NaN", "Scoring:RateLimits:BurstSeconds is 'NaN'; it must be a number from 0.001 to 3600")]
    [InlineData("RateLimits:Callers:anyone:RowsPerSecond=many", "Scoring:RateLimits:Callers:anyone:RowsPerSecond is 'many'; it must be a number")]
    [InlineData("Tls:ClientCertificates=7", "Scoring:Tls:ClientCertificates is '7'; it must be one of none, allow, require")]
    [InlineData("Limits:Rows:0=5", "Scoring:Limits:Rows is an object or a list; it must be a whole number from 1 to 2147483647")]
    [InlineData("Auth=keys.json", "Scoring:Auth is 'keys.json'; it must be an object with the keys ApiKeysFile, Jwt, Heads")]
    [InlineData("RateLimits:Callers=anyone", "Scoring:RateLimits:Callers is 'anyone'; it must be an object")]
    [InlineData("RateLimits:Callers:anyone=5",
        "Scoring:RateLimits:Callers:anyone is '5'; it must be an object with the keys MessagesPerSecond, RowsPerSecond")]
    [InlineData("Heads=pets", "Scoring:Heads is 'pets'; it must be an object")]
    [InlineData("Http:Origins:app=https://app.example.com", "Scoring:Http:Origins has the key 'app'; it must be a list")]
    public async Task A_value_that_a_setting_cannot_have_stops_the_start_with_what_it_must_be(string setting, string said) =>
        Assert.Equal([said], await RefusedForAsync($"--Scoring:{setting}"));

    [Theory]
    [InlineData("""{ "Auth": { "ApiKeysFile": null } }""", "Scoring:Auth:ApiKeysFile is null; it must be text")]
    [InlineData("""{ "Auth": { "ApiKeysFile": {} } }""", "Scoring:Auth:ApiKeysFile is null; it must be text")]
    [InlineData("""{ "Auth": { "ApiKeysFile": [] } }""", "Scoring:Auth:ApiKeysFile is an empty list; it must be text")]
    [InlineData("""{ "auth": { "Jwt": { "Authority": [] } } }""", "Scoring:auth:Jwt:Authority is an empty list; it must be text")]
    [InlineData("""{ "HeadsFile": [] }""", "Scoring:HeadsFile is an empty list; it must be text")]
    [InlineData("""{ "Admin": { "Address": [] } }""", "Scoring:Admin:Address is an empty list; it must be text")]
    [InlineData("""{ "Listen": { "HttpPort": [] } }""", "Scoring:Listen:HttpPort is an empty list; it must be a whole number from 0 to 65535")]
    [InlineData("""{ "Auth": null }""", "Scoring:Auth is null; it must be an object with the keys ApiKeysFile, Jwt, Heads")]
    [InlineData("""{ "Auth": { "Jwt": null } }""", "Scoring:Auth:Jwt is null; it must be an object with the keys Authority, KeysFile")]
    [InlineData("""{ "Auth": { "Heads": null } }""", "Scoring:Auth:Heads is null; it must be an object")]
    [InlineData("""{ "Tls": null }""", "Scoring:Tls is null; it must be an object with the keys CertificateFile")]
    [InlineData("""{ "Limits": { "Rows": null } }""", "Scoring:Limits:Rows is null; it must be a whole number from 1 to 2147483647")]
    [InlineData("""{ "Http": { "Origins": null } }""", "Scoring:Http:Origins is null; it must be a list")]
    [InlineData("""{ "Http": { "Origins": [["https://app.example.com"]] } }""", "Scoring:Http:Origins:0 is an object or a list; it must be text")]
    [InlineData("""{ "Auth": { "Heads": { "pets": null } } }""", "Scoring:Auth:Heads:pets is null; it must be a list")]
    [InlineData("""{ "Limits": [] }""", "Scoring:Limits is ''; it must be an object with the keys MessageBytes")]
    [InlineData("""{ "Limits": [ { "Rows": 5 } ] }""", "Scoring:Limits:0 is not a setting; the nearest is Scoring:Limits")]
    public async Task What_JSON_has_of_another_shape_stops_the_start(string settings, string said)
    {
        using var folder = new TemporaryFolder();
        folder.Write("appsettings.json", $$"""{ "Scoring": {{settings}} }""");
        Assert.Contains(await RefusedForAsync($"--contentRoot={folder.Path}"), line => line.StartsWith(said, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{ "Auth": {}, "Tls": { "CertificateFile": "" }, /* none */ "RateLimits": { "Callers": {} }, "Http": { "Origins": [] }, }""")]
    public async Task What_JSON_has_empty_of_the_right_shape_is_fine(string settings)
    {
        using var folder = new TemporaryFolder();
        folder.Write("appsettings.json", $$"""{ "Scoring": {{settings}} }""");
        await using var server = await ScoringServer.StartAsync($"--contentRoot={folder.Path}");
        Assert.NotEmpty((await server.Connect().ListHeadsAsync(TestEnd)).Heads);
    }

    [Fact]
    public async Task What_is_wrong_with_names_shapes_and_values_is_told_at_once()
    {
        var refused = await RefusedForAsync(
            "--Scoring:Limts:Rows=1", "--Scoring:Limits:Rows=abc", "--Scoring:Listen:Address=nowhere", "--Scoring:Heads:pets:activation=relu");
        Assert.Equal(
            [
                "Scoring:Heads:pets:activation is 'relu'; it must be softmax, log_softmax, sigmoid or linear",
                "Scoring:Limits:Rows is 'abc'; it must be a whole number from 1 to 2147483647",
                "Scoring:Limts is not a setting; the nearest is Scoring:Limits",
                "Scoring:Listen:Address is 'nowhere'; it must be an IP address, such as 127.0.0.1 or ::1, or empty for all.",
            ],
            refused.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task One_text_stands_for_a_list_of_one()
    {
        using var file = new KeyFile("trainer", "other");
        await using var server = await ScoringServer.StartAsync(
            file.Setting, "--Scoring:Http:Origins=https://app.example.com", "--Scoring:Auth:Heads:sigmoid=key/trainer");
        var settings = server.Services.GetRequiredService<IOptions<HttpSettings>>();
        Assert.Equal(["https://app.example.com"], settings.Value.Origins);
        await using var trainer = new SecureCalls(server.Address, headers: file.Header("trainer"));
        await using var other = new SecureCalls(server.Address, headers: file.Header("other"));
        Assert.Contains((await trainer.Client.ListHeadsAsync(TestEnd)).Heads, head => head.Name == "sigmoid");
        Assert.DoesNotContain((await other.Client.ListHeadsAsync(TestEnd)).Heads, head => head.Name == "sigmoid");
    }

    [Theory]
    [InlineData("--Scoring:Client:Address=http://localhost:8080")]
    [InlineData("--scoring:LIMITS:rows=5")]
    [InlineData("--Scoring:Listen:HttpPort=")]
    [InlineData("--Storing:Things=well")]
    public async Task What_is_of_the_client_or_in_other_case_or_of_somebody_else_is_fine(string setting)
    {
        await using var server = await ScoringServer.StartAsync(setting);
        Assert.NotEmpty((await server.Connect().ListHeadsAsync(TestEnd)).Heads);
    }

    [Fact]
    public async Task The_deployed_file_of_every_setting_starts_the_service()
    {
        using var folder = new TemporaryFolder();
        folder.Write("appsettings.json", await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "deploy", "appsettings.json"), TestEnd));
        await using var server = await ScoringServer.StartAsync($"--contentRoot={folder.Path}");
        Assert.NotEmpty((await server.Connect().ListHeadsAsync(TestEnd)).Heads);
    }

    [Fact]
    public async Task A_variable_of_the_environment_is_held_to_the_same()
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => ScoringServer.StartAsync(builder =>
        {
            Environment.SetEnvironmentVariable("SettingNameTests_Scoring__Auth__ApiKeyFile", "keys.json");
            builder.Configuration.AddEnvironmentVariables("SettingNameTests_");
        }));
        Assert.Equal(["Scoring:Auth:ApiKeyFile is not a setting; the nearest is Scoring:Auth:ApiKeysFile"], refused.Failures);
    }

    [Theory]
    [InlineData("SCORING_Auth__ApiKeysFile", "SCORING_Auth:ApiKeysFile", "Scoring:Auth:ApiKeysFile")]
    [InlineData("Scoring_RateLimits__Messages_Per_Second", "Scoring_RateLimits:Messages_Per_Second", "Scoring:RateLimits:MessagesPerSecond")]
    [InlineData("Scoring_Heads__pets__Activation", "Scoring_Heads", "Scoring:Heads")]
    [InlineData("SCORING_AUTH_APIKEYSFILE", "SCORING_AUTH_APIKEYSFILE", "Scoring:Auth:ApiKeysFile")]
    [InlineData("SCORING_TLS_CERTIFICATE_FILE", "SCORING_TLS_CERTIFICATE_FILE", "Scoring:Tls:CertificateFile")]
    [InlineData("SCORING_HEADSFILE", "SCORING_HEADSFILE", "Scoring:HeadsFile")]
    public async Task A_variable_of_the_environment_with_one_underscore_where_two_must_be_is_told(string variable, string told, string meant)
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => ScoringServer.StartAsync(builder =>
        {
            Environment.SetEnvironmentVariable($"SettingNameTests3{variable}_{variable}", "http://localhost");
            builder.Configuration.AddEnvironmentVariables($"SettingNameTests3{variable}_");
        }));
        Assert.Equal([$"{told} is not a setting; the nearest is {meant}"], refused.Failures);
    }

    [Theory]
    [InlineData("SCORING_ADMIN_PORT", "tcp://10.0.0.1:9464")]
    [InlineData("SCORING_LISTEN_PORT", "tcp://10.0.0.1:8080")]
    [InlineData("SCORING_HTTP", "/opt/scoring-http")]
    [InlineData("SCORING_LISTEN_PORT_8080_TCP_PORT", "8080")]
    public async Task What_Kubernetes_and_others_tell_with_almost_the_name_of_a_setting_is_none(string variable, string value)
    {
        await using var server = await ScoringServer.StartAsync(builder =>
        {
            Environment.SetEnvironmentVariable($"SettingNameTests4{variable}_{variable}", value);
            builder.Configuration.AddEnvironmentVariables($"SettingNameTests4{variable}_");
        });
        Assert.NotEmpty((await server.Connect().ListHeadsAsync(TestEnd)).Heads);
    }

    [Fact]
    public async Task A_variable_of_the_environment_with_the_name_of_all_settings_is_none()
    {
        await using var server = await ScoringServer.StartAsync(
            builder =>
            {
                Environment.SetEnvironmentVariable("SettingNameTests2_SCORING", "/opt/scoring");
                builder.Configuration.AddEnvironmentVariables("SettingNameTests2_");
            },
            "--Scoring:Limits:Rows=5");
        Assert.Equal(5, server.Services.GetRequiredService<IOptions<LimitSettings>>().Value.Rows);
    }

    private static async Task<IReadOnlyList<string>> RefusedForAsync(params string[] settings) =>
        ScoringHost.FailedSettings(await Assert.ThrowsAnyAsync<Exception>(() => ScoringServer.StartAsync(settings)));
}
