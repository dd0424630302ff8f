#!/usr/bin/env bash
# HAProxy, as Debian 12 has it: where a server ends a gRPC stream before its client has ended its own side, HAProxy (mode http) passes on the trailers, which
# have the status, and follows them with RST_STREAM(CANCEL). Kestrel follows them with RST_STREAM(NO_ERROR), which RFC 9113, 8.1, has for this: a client must
# not discard an answer for it. Grpc.Net.Client on .NET has the reset win over what it has not read yet: a caller that takes its time gets CANCELLED, and
# neither the answer nor the status, both of which had come.
#
# Calls a plain service of Grpc.AspNetCore 20 times directly and through HAProxy (installed where it is missing), prints what the calls ended with, and fails
# where that has changed.
set -euo pipefail

work=$(mktemp -d)
trap '[[ -z "${proxy:-}" ]] || kill "$proxy" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
if ! command -v haproxy >/dev/null; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends haproxy >/dev/null
fi

cat >calls.cs <<'CS'
#:sdk Microsoft.NET.Sdk.Web
#:package Grpc.AspNetCore@2.85.0
#:property PublishAot=false
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Server.Kestrel.Core;

const int Times = 20;
var (server, proxy) = (int.Parse(args[0]), int.Parse(args[1]));
var builder = WebApplication.CreateBuilder();
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(server, listen => listen.Protocols = HttpProtocols.Http2));
builder.Services.AddGrpc();
builder.Services.AddSingleton<IServiceMethodProvider<Service>, Methods>();
await using var app = builder.Build();
app.MapGrpcService<Service>();
await app.StartAsync();

var direct = await CallAsync("directly", server);
var proxied = await CallAsync("through HAProxy", proxy);
return direct == $"{Times} × 1 answer, InvalidArgument" && proxied == $"{Times} × 0 answers, Cancelled" ? 0 : 1;

static async Task<string> CallAsync(string way, int port)
{
    using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}");
    var ends = new SortedDictionary<string, int>();
    for (var i = 0; i < Times; i++)
    {
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(Methods.Stream, null, new CallOptions(deadline: DateTime.UtcNow.AddSeconds(10)));
        var answers = 0;
        var status = StatusCode.OK;
        try
        {
            await call.RequestStream.WriteAsync([1]);
            await call.ResponseHeadersAsync;
            await Task.Delay(100);
            for (; await call.ResponseStream.MoveNext(); answers++)
            {
            }
        }
        catch (RpcException exception)
        {
            status = exception.StatusCode;
        }

        var end = $"{answers} answer{(answers == 1 ? "" : "s")}, {status}";
        ends[end] = ends.GetValueOrDefault(end) + 1;
    }

    var all = string.Join("; ", ends.Select(end => $"{end.Value} × {end.Key}"));
    Console.WriteLine($".NET {Environment.Version}, Grpc.Net.Client 2.85.0, {way}: {all}");
    return all;
}

internal sealed class Service
{
    public static async Task AnswerAndRefuseAsync(IAsyncStreamReader<byte[]> requests, IServerStreamWriter<byte[]> answers)
    {
        await requests.MoveNext();
        await answers.WriteAsync([1]);
        throw new RpcException(new Status(StatusCode.InvalidArgument, "that was the last"));
    }
}

internal sealed class Methods : IServiceMethodProvider<Service>
{
    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes);

    public static readonly Method<byte[], byte[]> Stream = new(MethodType.DuplexStreaming, "a.Service", "Stream", Bytes, Bytes);

    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<Service> context) =>
        context.AddDuplexStreamingMethod(Stream, [], (_, requests, answers, _) => Service.AnswerAndRefuseAsync(requests, answers));
}
CS

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
from=$(free_port)
to=$(free_port)
cat >haproxy.cfg <<CFG
defaults
    mode http
    timeout connect 2s
    timeout client 1m
    timeout server 1m
frontend calls
    bind 127.0.0.1:$from proto h2
    default_backend service
backend service
    server one 127.0.0.1:$to proto h2
CFG
haproxy -f haproxy.cfg >haproxy.log 2>&1 &
proxy=$!
haproxy -v | sed -n 1p
DOTNET_CLI_TELEMETRY_OPTOUT=1 dotnet run --configuration Release calls.cs "$to" "$from"
