#!/usr/bin/env bash
# Kestrel of .NET 10 answers a chunk whose length is no number with 400, and one whose length is no number of 32 bits with 500: it throws a plain IOException for it, with an
# OverflowException within, where it has BadHttpRequestException for every other mistake in a body. A plain IOException is what it throws as well when a client has gone, so a
# service that takes one for that tells the client nothing, or that all was well.
#
# Runs a service of a few lines, posts three bodies whose first chunk has a bad length, prints what was thrown and answered, and fails where that has changed.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat >chunks.csproj <<'XML'
<Project Sdk="Microsoft.NET.Sdk.Web">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
</Project>
XML
cat >Program.cs <<'CSHARP'
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;

var builder = WebApplication.CreateBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls("http://127.0.0.1:0");
await using var app = builder.Build();
var thrown = "";
app.MapPost("/", async (HttpRequest request) =>
{
    try
    {
        await new StreamReader(request.Body).ReadToEndAsync();
    }
    catch (Exception exception)
    {
        thrown = $"{exception.GetType().Name} of {exception.InnerException?.GetType().Name ?? "nothing"}";
        throw;
    }
});
await app.StartAsync();
Console.Error.WriteLine($".NET {Environment.Version}, Kestrel {typeof(KestrelServerOptions).Assembly.GetName().Version}");
foreach (var length in new[] { "ZZ", "80000000", "FFFFFFFFFF" })
{
    using var client = new TcpClient("127.0.0.1", new Uri(app.Urls.Single()).Port);
    await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{length}\r\nabc"));
    var status = await new StreamReader(client.GetStream()).ReadLineAsync();
    Console.WriteLine($"{length}: {thrown}, {status}");
}
CSHARP
dotnet build -v quiet --nologo -o out >/dev/null
dotnet out/chunks.dll | tee found
diff - found <<'EXPECTED'
ZZ: BadHttpRequestException of nothing, HTTP/1.1 400 Bad Request
80000000: IOException of OverflowException, HTTP/1.1 500 Internal Server Error
FFFFFFFFFF: IOException of OverflowException, HTTP/1.1 500 Internal Server Error
EXPECTED
echo "as it was: a chunk length that is too large is the server's fault to Kestrel"
