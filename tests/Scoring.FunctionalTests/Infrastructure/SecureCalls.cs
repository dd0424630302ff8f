using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Scoring.Client;
using Scoring.V1;

namespace Scoring.FunctionalTests.Infrastructure;

/// <summary>Clients that trust an authority and may have a certificate and headers of their own, on connections of their own.</summary>
internal sealed class SecureCalls : IAsyncDisposable
{
    private readonly Authority? _trusted;
    private readonly X509Certificate2? _certificate;
    private readonly (string Name, string Value)[] _headers;
    private readonly ServiceProvider _services;

    public SecureCalls(string address, Authority? trusted = null, X509Certificate2? certificate = null, params (string Name, string Value)[] headers)
    {
        (_trusted, _certificate, _headers) = (trusted, certificate, headers);
        Http = new HttpClient(CreateHandler());
        Channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = CreateHandler(), DisposeHttpClient = true });
        Generated = new ScoringService.ScoringServiceClient(Channel);

        var services = new ServiceCollection();
        services.AddScoringClient(options => options.Address = address).ConfigurePrimaryHttpMessageHandler(CreateHandler);
        _services = services.BuildServiceProvider();
    }

    /// <summary>The subject of the certificate that the last new connection was served with.</summary>
    public string? Served { get; private set; }

    public HttpClient Http { get; }

    public GrpcChannel Channel { get; }

    public ScoringService.ScoringServiceClient Generated { get; }

    public ScoringClient Client => _services.GetRequiredService<ScoringClient>();

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Channel.Dispose();
        Http.Dispose();
    }

    /// <summary>gRPC makes a handler its own, so each client has another.</summary>
    public HttpMessageHandler CreateHandler()
    {
        var handler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true };
        if (_trusted is not null)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.Add(_trusted.Root);
            handler.SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = policy,
                ClientCertificateContext = _certificate is null ? null : SslStreamCertificateContext.Create(_certificate, null, offline: true),
                RemoteCertificateValidationCallback = (_, served, _, errors) =>
                {
                    Served = served!.Subject;
                    return errors == SslPolicyErrors.None;
                },
            };
        }

        return new HeaderHandler(_headers) { InnerHandler = handler };
    }

    private sealed class HeaderHandler((string Name, string Value)[] headers) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            foreach (var (name, value) in headers)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            return base.SendAsync(request, cancellationToken);
        }
    }
}
