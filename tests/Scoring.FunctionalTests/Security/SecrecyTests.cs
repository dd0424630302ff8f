using Grpc.Core;
using Microsoft.Extensions.Logging;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.FunctionalTests.Telemetry;
using Scoring.V1;

namespace Scoring.FunctionalTests.Security;

[Collection(typeof(TelemetryTestGroup))]
public sealed class SecrecyTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_credential_is_ever_in_a_log_or_a_trace_good_or_bad()
    {
        using var issuer = new Issuer();
        using var folder = new TemporaryFolder();
        using var file = new KeyFile("trainer");
        using var log = new EverythingLogged();
        await using var receiver = await OtlpReceiver.StartAsync();
        string[] settings =
        [
            file.Setting,
            $"--Scoring:Auth:Jwt:KeysFile={folder.Write("keys", issuer.PublicPem)}", $"--Scoring:Auth:Jwt:Audience={Issuer.Audience}",
            $"--Scoring:Auth:Jwt:Issuer={Issuer.Name}",
            "--Logging:LogLevel:Default=Trace", "--Logging:LogLevel:Microsoft.AspNetCore=Trace", "--Logging:LogLevel:Grpc=Trace",
            $"--OTEL_EXPORTER_OTLP_ENDPOINT={receiver.Address}",
        ];
        var expired = issuer.Issue(minutesLeft: -5);
        var forOthers = issuer.Issue(audience: "billing");
        string[] secrets = [file.Keys["trainer"], "scoring_mistyped-key", issuer.Issue(), expired, forOthers, "header.payload.signature"];
        await using (var server = await ScoringServer.StartAsync(builder => builder.Logging.AddProvider(log), settings))
        {
            foreach (var secret in secrets)
            {
                foreach (var header in new[] { ("x-api-key", secret), ("authorization", $"Bearer {secret}") })
                {
                    await using var calls = new SecureCalls(server.Address, headers: header);
                    try
                    {
                        await calls.Generated.ListHeadsAsync(new ListHeadsRequest(), cancellationToken: TestEnd);
                    }
                    catch (RpcException refused)
                    {
                        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
                        Assert.DoesNotContain(secret, refused.Status.Detail, StringComparison.Ordinal);
                    }
                }
            }
        }

        // What a token says of its owner, and its signature, are no less its own than the whole.
        var pieces = secrets.SelectMany(secret => secret.Split('.').Prepend(secret)).Where(piece => piece.Length > 8).ToArray();
        Assert.NotEmpty(log.Lines);
        Assert.Contains(log.Lines, line => line.Contains("A call is refused", StringComparison.Ordinal));
        Assert.All(log.Lines, line => Assert.DoesNotContain(pieces, piece => line.Contains(piece, StringComparison.Ordinal)));
        var told = receiver.Spans.Select(span => span.ToString()).ToArray();
        Assert.NotEmpty(told);
        Assert.All(told, span => Assert.DoesNotContain(pieces, piece => span.Contains(piece, StringComparison.Ordinal)));
    }
}
