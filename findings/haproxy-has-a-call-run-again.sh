#!/usr/bin/env bash
# HAProxy, as Debian 12 has it: where a server resets a call that it has begun, with INTERNAL_ERROR and before any headers, HAProxy (mode http) resets the
# client's with REFUSED_STREAM. By RFC 9113, 8.7, that says that nothing was done, so clients make the call again by themselves, with no retry configured:
# grpc-js has it run twice, Grpc.Net.Client on .NET four times. The messages of a call that streams do not come again with Grpc.Net.Client: the second run has
# none of them, and both ends wait, the client until its deadline. Directly each runs once.
#
# Calls a server of its own with both, directly and through HAProxy, prints how often it ran each call, and fails where that has changed. Installs what is
# missing.
set -euo pipefail

work=$(mktemp -d)
trap '[[ -z "${proxy:-}" ]] || kill "$proxy" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
missing=()
command -v haproxy >/dev/null || missing+=(haproxy)
command -v npm >/dev/null || missing+=(nodejs npm)
if ((${#missing[@]})); then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
fi
npm install --silent --no-fund --no-audit @grpc/grpc-js@1.14.7 >/dev/null

cat >call.cs <<'CS'
#:package Grpc.Net.Client@2.85.0
#:property PublishAot=false
using Grpc.Core;
using Grpc.Net.Client;

var bytes = Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes);
using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{args[0]}");
var calls = channel.CreateCallInvoker();
var options = new CallOptions(deadline: DateTime.UtcNow.AddSeconds(5));
try
{
    if (args[1] == "unary")
    {
        await calls.AsyncUnaryCall(MethodOf(MethodType.Unary), null, options, [1]);
    }
    else
    {
        using var call = calls.AsyncDuplexStreamingCall(MethodOf(MethodType.DuplexStreaming), null, options);
        await call.RequestStream.WriteAsync([1]);
        await call.ResponseStream.MoveNext();
    }

    Console.Write("OK");
}
catch (RpcException exception)
{
    Console.Write(exception.StatusCode);
}

Method<byte[], byte[]> MethodOf(MethodType type) => new(type, "a.Service", "Method", bytes, bytes);
CS
DOTNET_CLI_TELEMETRY_OPTOUT=1 dotnet publish --configuration Release call.cs --output call --verbosity quiet --nologo >publish.log 2>&1 || {
  cat publish.log >&2
  exit 1
}

cat >calls.js <<'JS'
const { execFile } = require('node:child_process');
const http2 = require('node:http2');
const { promisify } = require('node:util');
const grpc = require('@grpc/grpc-js');

const [service, haproxy] = process.argv.slice(2);
let runs; // Of the call under way: how many messages each run of it had.

const server = http2.createServer();
server.on('stream', (stream) => {
  const run = runs.push(0) - 1;
  stream.on('error', () => {});
  stream.once('data', () => {
    runs[run]++;
    stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
  });
});

function grpcJs(port) {
  const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  const same = (bytes) => bytes;
  return new Promise((done) => {
    client.makeUnaryRequest('/a.Service/Method', same, same, Buffer.of(1), { deadline: Date.now() + 5000 }, (error) => {
      client.close();
      done(error ? grpc.status[error.code] : 'OK');
    });
  });
}

const grpcNet = (kind) => async (port) => (await promisify(execFile)('call/call', [port, kind])).stdout;

server.listen(Number(service), '127.0.0.1', async () => {
  let holds = true;
  for (const [client, call, direct, proxied] of [
    ['grpc-js 1.14.7, unary', grpcJs, 'INTERNAL, messages of each run: 1', 'UNAVAILABLE, messages of each run: 1, 1'],
    ['Grpc.Net.Client 2.85.0, unary', grpcNet('unary'), 'Internal, messages of each run: 1', 'Unavailable, messages of each run: 1, 1, 1, 1'],
    ['Grpc.Net.Client 2.85.0, streaming', grpcNet('stream'), 'Internal, messages of each run: 1', 'DeadlineExceeded, messages of each run: 1, 0'],
  ]) {
    for (const [way, port, expected] of [['directly', service, direct], ['through HAProxy', haproxy, proxied]]) {
      runs = [];
      const status = await call(port);
      const seen = `${status}, messages of each run: ${runs.join(', ')}`;
      console.log(`${client}, ${way}: ${seen}`);
      holds &&= seen === expected;
    }
  }

  process.exit(holds ? 0 : 1);
});
JS

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
node calls.js "$to" "$from"
