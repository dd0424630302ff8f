#!/usr/bin/env bash
# Kestrel of .NET 10 calls HttpResponse.OnCompleted, "after the response has finished being sent to the client" by its documentation, of an HTTP/2
# answer of which nothing but the headers could be sent: the client's window is 0. What is disposed there (RegisterForDispose goes the same way) is
# given back while Kestrel still holds the stream, its headers and its answer, for as long as the client likes. So whoever counts what calls hold, and
# stops there, counts too little.
#
# Runs a service of a few lines, makes one call with SETTINGS_INITIAL_WINDOW_SIZE 0, waits for the callback, looks what has come, opens the window, and
# reads the rest; fails where that has changed.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat >completed.csproj <<'XML'
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
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2));
await using var app = builder.Build();
var completed = new TaskCompletionSource();
app.MapGet("/", async (HttpResponse response) =>
{
    response.OnCompleted(() =>
    {
        completed.SetResult();
        return Task.CompletedTask;
    });
    await response.WriteAsync("an answer");
});
await app.StartAsync();
Console.Error.WriteLine($".NET {Environment.Version}, Kestrel {typeof(KestrelServerOptions).Assembly.GetName().Version}");

using var client = new TcpClient("127.0.0.1", new Uri(app.Urls.First()).Port);
var stream = client.GetStream();
await stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
await SendAsync(type: 4, flags: 0, id: 0, [0, 4, 0, 0, 0, 0]);
await SendAsync(type: 1, flags: 5, id: 1, [0x82, 0x86, 0x84, 0x01, 9, .. Encoding.ASCII.GetBytes("localhost")]);
await completed.Task.WaitAsync(TimeSpan.FromSeconds(30));
Console.WriteLine("completed");

// The answer of a ping comes after all that could be sent.
await SendAsync(type: 6, flags: 0, id: 0, new byte[8]);
Console.WriteLine($"come by then: {await ReceiveAsync(frame => frame is (6, _))}");
await SendAsync(type: 8, flags: 0, id: 1, [0, 0, 1, 0]);
Console.WriteLine($"with a window: {await ReceiveAsync(frame => frame is (0, 1))}");

async Task SendAsync(byte type, byte flags, byte id, byte[] payload) =>
    await stream.WriteAsync((byte[])[0, 0, (byte)payload.Length, type, flags, 0, 0, 0, id, .. payload]);

async Task<string> ReceiveAsync(Predicate<(byte Type, int Flags)> isLast)
{
    var seen = new List<string>();
    while (true)
    {
        var header = new byte[9];
        await stream.ReadExactlyAsync(header);
        var payload = new byte[(header[0] << 16) | (header[1] << 8) | header[2]];
        await stream.ReadExactlyAsync(payload);
        if (header[8] == 1)
        {
            seen.Add(header[3] switch { 0 => $"DATA of {payload.Length} bytes", 1 => "HEADERS", _ => $"type {header[3]}" });
        }

        if (isLast((header[3], header[4])))
        {
            return string.Join(", ", seen);
        }
    }
}
CSHARP
dotnet build -v quiet --nologo -o out >/dev/null
timeout 60 dotnet out/completed.dll | tee found
diff - found <<'EXPECTED'
completed
come by then: HEADERS
with a window: DATA of 9 bytes
EXPECTED
echo "as it was: OnCompleted is called of an answer that is not sent"
