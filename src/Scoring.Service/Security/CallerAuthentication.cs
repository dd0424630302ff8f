using Microsoft.Extensions.Options;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Security;

/// <summary>By what the service knows its callers. It says so when it starts.</summary>
internal sealed class CallerAuthentication : IHostedService
{
    private readonly ILogger _logger;
    private readonly string _text;

    public CallerAuthentication(
        IOptions<AuthSettings> auth, IOptions<JwtSettings> jwt, IOptions<TlsSettings> tls, ILogger<CallerAuthentication> logger)
    {
        _logger = logger;
        (ApiKeys, Tokens, Certificates) = (
            auth.Value.ApiKeysFile.Length > 0, jwt.Value.IsOn, tls.Value.ClientCertificates != ClientCertificates.None);
        string?[] ways =
        [
            ApiKeys ? $"an API key ({Credentials.ApiKeyHeader}, or authorization: Bearer)" : null,
            Tokens ? "a token (authorization: Bearer)" : null,
            Certificates ? "a client's certificate" : null,
        ];
        _text = string.Join(", ", ways.Where(way => way is not null));
    }

    public bool ApiKeys { get; }

    public bool Tokens { get; }

    public bool Certificates { get; }

    /// <summary>Whether callers must be known at all.</summary>
    public bool Any => ApiKeys || Tokens || Certificates;

    public override string ToString() => _text;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (Any)
        {
            Log.CallersAreKnown(_logger, _text);
        }
        else
        {
            Log.CallersAreUnknown(_logger);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
