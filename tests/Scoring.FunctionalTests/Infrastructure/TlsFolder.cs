namespace Scoring.FunctionalTests.Infrastructure;

/// <summary>A service's certificate and key in files, and the authority of its clients where they have certificates.</summary>
internal sealed class TlsFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly bool _hasClients;

    public TlsFolder((string Certificate, string Key) server, string? clientAuthority = null)
    {
        WriteCertificate(server.Certificate);
        WriteKey(server.Key);
        _hasClients = clientAuthority is not null;
        if (_hasClients)
        {
            Write("clients.crt", clientAuthority!);
        }
    }

    public string Path => _folder.Path;

    public string[] Settings =>
    [
        $"--Scoring:Tls:CertificateFile={_folder["tls.crt"]}",
        $"--Scoring:Tls:KeyFile={_folder["tls.key"]}",
        .. _hasClients ? [$"--Scoring:Tls:ClientCaFile={_folder["clients.crt"]}"] : Array.Empty<string>(),
    ];

    public void WriteCertificate(string pem) => Write("tls.crt", pem);

    public void WriteKey(string pem) => Write("tls.key", pem);

    public void Write(string name, string text) => _folder.Write(name, text);

    public void Dispose() => _folder.Dispose();
}
