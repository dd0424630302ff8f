#!/usr/bin/env bash
# The middleware of Grpc.AspNetCore.Web 2.85.0 puts a PipeReader before a call in application/grpc-web-text that decodes base64, and of which only
# half is there: TryRead throws NotImplementedException, and AdvanceTo takes only positions that are a multiple of three bytes from the beginning of
# what was read, though messages end anywhere. gRPC's own reading of unary calls asks for neither. A service that reads a stream by itself, which
# works in binary and over HTTP/2, fails in text.
#
# Runs a service of a few lines that reads five bytes of a body in each way, in binary and in text, prints what came of it, and fails where that has
# changed.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat >text.csproj <<'XML'
<Project Sdk="Microsoft.NET.Sdk.Web">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Grpc.AspNetCore.Web" Version="2.85.0" />
  </ItemGroup>
</Project>
XML
cat >Program.cs <<'CSHARP'
using System.Net.Http.Headers;
using System.Text;

var builder = WebApplication.CreateBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls("http://127.0.0.1:0");
await using var app = builder.Build();
app.UseRouting();
app.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true });
var found = "";
app.MapPost("/{way}", async (HttpRequest request, string way) =>
{
    var reader = request.BodyReader;
    try
    {
        if (way == "TryRead")
        {
            reader.TryRead(out _);
        }
        else
        {
            // The first message is a frame of five bytes without anything in it.
            var read = await reader.ReadAtLeastAsync(10);
            reader.AdvanceTo(read.Buffer.GetPosition(5));
        }

        found = "done";
    }
    catch (Exception exception)
    {
        found = exception.GetType().Name;
    }
});
await app.StartAsync();
Console.Error.WriteLine($".NET {Environment.Version}, Grpc.AspNetCore.Web {typeof(GrpcWebOptions).Assembly.GetName().Version}");
using var client = new HttpClient();
byte[] messages = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
foreach (var way in new[] { "TryRead", "AdvanceTo" })
{
    foreach (var type in new[] { "application/grpc-web", "application/grpc-web-text" })
    {
        var body = type.EndsWith("text") ? Encoding.ASCII.GetBytes(Convert.ToBase64String(messages)) : messages;
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        await client.PostAsync($"{app.Urls.Single()}/{way}", content);
        Console.WriteLine($"{way} in {type}: {found}");
    }
}
CSHARP
dotnet build -v quiet --nologo -o out >/dev/null
timeout 60 dotnet out/text.dll | tee found
diff - found <<'EXPECTED'
TryRead in application/grpc-web: done
TryRead in application/grpc-web-text: NotImplementedException
AdvanceTo in application/grpc-web: done
AdvanceTo in application/grpc-web-text: InvalidOperationException
EXPECTED
echo "as it was: the reader of gRPC-Web in text has no TryRead, and stops at multiples of three bytes alone"
