#!/usr/bin/env bash
# HAProxy, as Debian 12 has it: an HTTP/2 stream of an answer that is silent for longer than "timeout server" is ended with END_STREAM, as though it were whole, although its server
# has not ended it. HTTP's own clients take what came for all there is: curl succeeds. gRPC's clients miss the status, and call it each by another name: gRPC's core UNKNOWN.
# nginx (grpc_read_timeout) resets such a stream, and everybody sees an error.
#
# Installs gRPC's core in a temporary folder and what else is missing, prints what the clients saw, and fails where that has changed.
set -euo pipefail

work=$(mktemp -d)
processes=()
trap '((${#processes[@]} == 0)) || kill "${processes[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
if ! command -v haproxy >/dev/null || ! command -v nginx >/dev/null || ! command -v curl >/dev/null; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends haproxy nginx-light curl >/dev/null
fi
apt-get download -qq python3-grpcio=1.51.1-3+b1 libgrpc29=1.51.1-3+b1 libabsl20220623 libc-ares2 libre2-9 python3-six >/dev/null
for package in *.deb; do dpkg -x "$package" .; done

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
service=$(free_port)
haproxy=$(free_port)
nginx=$(free_port)
cat >haproxy.cfg <<CFG
defaults
    mode http
    timeout connect 2s
    timeout client 1m
    timeout server 1s
frontend calls
    bind 127.0.0.1:$haproxy proto h2
    default_backend service
backend service
    server one 127.0.0.1:$service proto h2
CFG
cat >nginx.conf <<CONF
daemon off;
pid $work/nginx.pid;
error_log stderr crit;
events {}
http {
    access_log off;
    client_body_temp_path $work/body;
    proxy_temp_path $work/proxy;
    fastcgi_temp_path $work/fastcgi;
    uwsgi_temp_path $work/uwsgi;
    scgi_temp_path $work/scgi;
    server {
        listen 127.0.0.1:$nginx http2;
        location / {
            grpc_pass grpc://127.0.0.1:$service;
            grpc_read_timeout 1s;
        }
    }
}
CONF
haproxy -f haproxy.cfg >haproxy.log 2>&1 &
processes+=($!)
nginx -c "$work/nginx.conf" >nginx.log 2>&1 &
processes+=($!)
haproxy -v | sed -n 1p
nginx -v 2>&1
curl --version | sed -nE '1s/^(curl [^ ]+).*/\1/p'

cat >calls.py <<'PYTHON'
import os
import subprocess
import sys
import threading
from concurrent import futures

import grpc

ANSWERS = 3
ends = threading.Event()


class Service(grpc.GenericRpcHandler):
    """Answers a request with one of three messages, and is then silent for longer than a proxy has patience."""

    def service(self, details):
        def call(request, context):
            yield b"1"
            ends.wait(5)
            yield from [b"2", b"3"]

        return grpc.unary_stream_rpc_method_handler(call)


def with_grpc(port):
    messages = 0
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        try:
            for _ in channel.unary_stream("/a.Service/Method")(b"", timeout=20, wait_for_ready=True):
                messages += 1
            return f"{messages} of {ANSWERS} messages, OK"
        except grpc.RpcError as error:
            return f"{messages} of {ANSWERS} messages, {error.code().name}"


def with_curl(port):
    call = ["curl", "-s", "--http2-prior-knowledge", "-H", "content-type: application/grpc", "-H", "te: trailers", "--data-binary", "@-"]
    ended = subprocess.run([*call, f"http://127.0.0.1:{port}/a.Service/Method"], input=bytes(5), capture_output=True, timeout=20)
    return f"{len(ended.stdout) // 6} of {ANSWERS} messages, exit code {ended.returncode}"


service, nginx, haproxy = sys.argv[1:]
server = grpc.server(futures.ThreadPoolExecutor(8))
server.add_generic_rpc_handlers([Service()])
server.add_insecure_port(f"127.0.0.1:{service}")
server.start()
holds = True
for way, port, expected in [
    ("haproxy", haproxy, ["1 of 3 messages, UNKNOWN", "1 of 3 messages, exit code 0"]),
    ("nginx", nginx, ["1 of 3 messages, INTERNAL", "1 of 3 messages, exit code 92"]),
    ("directly", service, ["3 of 3 messages, OK", "3 of 3 messages, exit code 0"]),
]:
    if way == "directly":
        ends.set()
    seen = [with_grpc(port), with_curl(port)]
    print(f"{way}: gRPC's core {seen[0]}; curl {seen[1]}")
    holds &= seen == expected
sys.stdout.flush()
os._exit(0 if holds else 1)
PYTHON
export PYTHONPATH=$work/usr/lib/python3/dist-packages LD_LIBRARY_PATH=$work/usr/lib/$(uname -m)-linux-gnu
GRPC_VERBOSITY=NONE /usr/bin/python3 calls.py "$service" "$nginx" "$haproxy"
