#!/usr/bin/env bash
# gRPC's core (here as Debian 12 has it for Python) takes several addresses in one target, "ipv4:10.0.0.1:80,10.0.0.2:80", and names the whole list as the host of each call. That is no
# host and port, and Kestrel of .NET 10 resets each call with PROTOCOL_ERROR, before anything of the service sees it. The status, INTERNAL, speaks of RST_STREAM and not of the target, and
# the same target with one address works. With grpc.default_authority set the list works.
#
# Installs the package in a temporary folder, runs a service of a few lines that answers every call with NOT_FOUND and the host it was asked for, makes a call to one address, to a list of it
# twice, and to the list with an authority; fails where that has changed.
set -euo pipefail

work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq python3-grpcio=1.51.1-3+b1 libgrpc29=1.51.1-3+b1 libabsl20220623 libc-ares2 libre2-9 python3-six >/dev/null
for package in *.deb; do dpkg -x "$package" .; done
export PYTHONPATH=$work/usr/lib/python3/dist-packages LD_LIBRARY_PATH=$work/usr/lib/$(uname -m)-linux-gnu
cat >hosts.csproj <<'XML'
<Project Sdk="Microsoft.NET.Sdk.Web">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
</Project>
XML
cat >Program.cs <<'CSHARP'
using Microsoft.AspNetCore.Server.Kestrel.Core;

var builder = WebApplication.CreateBuilder();
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2));
await using var app = builder.Build();
app.MapPost("/{service}/{method}", (HttpContext http) =>
{
    http.Response.ContentType = "application/grpc";
    http.Response.Headers["grpc-status"] = "5";
    http.Response.Headers["grpc-message"] = $"asked for {http.Request.Host.Host}";
});
await app.StartAsync();
Console.Error.WriteLine($".NET {Environment.Version}");
Console.WriteLine(new Uri(app.Urls.First()).Port);
await app.WaitForShutdownAsync();
CSHARP
cat >calls.py <<'PYTHON'
import sys

import grpc

port = sys.argv[1]
print(f"grpcio {grpc.__version__}", file=sys.stderr)
one = f"127.0.0.1:{port}"


def call(what, target, *options):
    with grpc.insecure_channel(target, options=[("grpc.enable_retries", 0), *options]) as channel:
        try:
            channel.unary_unary("/a/b", lambda text: text, lambda text: text)(b"", timeout=20)
        except grpc.RpcError as error:
            print(f"{what}: {error.code().name}, {error.details()}")


call("one address", f"ipv4:{one}")
call("two", f"ipv4:{one},{one}")
call("two, with an authority", f"ipv4:{one},{one}", ("grpc.default_authority", "service"))
PYTHON
dotnet build -v quiet --nologo -o out >/dev/null
dotnet out/hosts.dll >port &
server=$!
until [ -s port ]; do sleep 0.1; done
/usr/bin/python3 calls.py "$(cat port)" | tee found
diff - found <<'EXPECTED'
one address: NOT_FOUND, asked for 127.0.0.1
two: INTERNAL, Received RST_STREAM with error code 1
two, with an authority: NOT_FOUND, asked for service
EXPECTED
echo "as it was: a list of addresses is no host to Kestrel"
