#!/usr/bin/env bash
# HAProxy, as Debian 12 has it: an answer over HTTP/2 that is cut short is ended with END_STREAM, as though it were whole, where its server dies in the middle
# of it, and where it is silent for longer than "timeout server". HTTP's own clients take what came for all there is: curl succeeds. gRPC's clients miss the
# status, for which each has another name: gRPC's core UNKNOWN. nginx resets such an answer, and everybody sees an error.
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

cat >server.py <<'PYTHON'
import os
import sys
import time
from concurrent import futures

import grpc


class Service(grpc.GenericRpcHandler):
    """Answers with three messages; what happens after the first is in the method's name."""

    def service(self, details):
        def call(request, context):
            yield b"1"
            if details.method == "/a.Service/Dies":
                time.sleep(0.5)  # The first message has gone out.
                os._exit(0)
            if details.method == "/a.Service/Silent":
                time.sleep(3)
            yield from [b"2", b"3"]

        return grpc.unary_stream_rpc_method_handler(call)


server = grpc.server(futures.ThreadPoolExecutor(8))
server.add_generic_rpc_handlers([Service()])
server.add_insecure_port(f"127.0.0.1:{sys.argv[1]}")
server.start()
print("serves", flush=True)
server.wait_for_termination(60)
PYTHON

cat >calls.py <<'PYTHON'
import os
import subprocess
import sys

import grpc


def with_grpc(port, method):
    messages = 0
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        try:
            for _ in channel.unary_stream(f"/a.Service/{method}")(b"", timeout=20, wait_for_ready=True):
                messages += 1
            return f"{messages} of 3 messages, OK"
        except grpc.RpcError as error:
            return f"{messages} of 3 messages, {error.code().name}"


def with_curl(port, method):
    call = ["curl", "-s", "--http2-prior-knowledge", "-H", "content-type: application/grpc", "-H", "te: trailers", "--data-binary", "@-"]
    ended = subprocess.run([*call, f"http://127.0.0.1:{port}/a.Service/{method}"], input=bytes(5), capture_output=True, timeout=20)
    return f"{len(ended.stdout) // 6} of 3 messages, exit code {ended.returncode}"


service, nginx, haproxy = sys.argv[1:]
holds = True
for way, port, method, expected in [
    ("haproxy", haproxy, "Whole", ["3 of 3 messages, OK", "3 of 3 messages, exit code 0"]),
    ("haproxy", haproxy, "Silent", ["1 of 3 messages, UNKNOWN", "1 of 3 messages, exit code 0"]),
    ("haproxy", haproxy, "Dies", ["1 of 3 messages, UNKNOWN", "1 of 3 messages, exit code 0"]),
    ("nginx", nginx, "Silent", ["1 of 3 messages, INTERNAL", "1 of 3 messages, exit code 92"]),
    ("nginx", nginx, "Dies", ["1 of 3 messages, INTERNAL", "1 of 3 messages, exit code 92"]),
]:
    seen = []
    for call in [with_grpc, with_curl]:
        server = subprocess.Popen([sys.executable, "server.py", service], stdout=subprocess.PIPE)
        server.stdout.readline()
        seen.append(call(port, method))
        server.kill()
        server.wait()
    print(f"{way}, {method}: gRPC's core {seen[0]}; curl {seen[1]}")
    holds &= seen == expected
sys.stdout.flush()
os._exit(0 if holds else 1)
PYTHON
export PYTHONPATH=$work/usr/lib/python3/dist-packages LD_LIBRARY_PATH=$work/usr/lib/$(uname -m)-linux-gnu
GRPC_VERBOSITY=NONE /usr/bin/python3 calls.py "$service" "$nginx" "$haproxy"
