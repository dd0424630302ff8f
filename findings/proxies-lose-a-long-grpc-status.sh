#!/usr/bin/env bash
# nginx and HAProxy, as Debian 12 has them, before a gRPC service whose status has a long text, which a client that calls the service directly reads whole:
# - nginx with its default grpc_buffer_size makes an HTTP answer of 502 of it where the call has no message, which is UNAVAILABLE to clients: an outage
#   instead of a refusal. After a message the same text goes through.
# - HAProxy with its default tune.bufsize makes UNAVAILABLE of it where the call has no message. After one it leaves out the header for which the buffer has
#   no room, here grpc-message, so that the text is gone without a word; and where the trailers do not fit a buffer at all it ends the stream without any, as
#   though it were whole.
#
# Installs gRPC's core in a temporary folder and the proxies where they are missing, prints what each call ended with, and fails where that has changed.
set -euo pipefail

work=$(mktemp -d)
processes=()
trap '((${#processes[@]} == 0)) || kill "${processes[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
if ! command -v haproxy >/dev/null || ! command -v nginx >/dev/null; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends haproxy nginx-light >/dev/null
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
    timeout server 1m
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
        location / { grpc_pass grpc://127.0.0.1:$service; }
    }
}
CONF
haproxy -f haproxy.cfg >haproxy.log 2>&1 &
processes+=($!)
nginx -c "$work/nginx.conf" >nginx.log 2>&1 &
processes+=($!)
haproxy -v | sed -n 1p
nginx -v 2>&1

cat >calls.py <<'PYTHON'
import os
import sys
from concurrent import futures

import grpc


class Service(grpc.GenericRpcHandler):
    """Ends each call with a text as long as the method says, after as many messages as it says."""

    def service(self, details):
        messages, length = map(int, details.method.rsplit("/", 1)[1].split("-"))

        def call(request, context):
            yield from [b"1"] * messages
            context.abort(grpc.StatusCode.NOT_FOUND, "x" * length)

        return grpc.unary_stream_rpc_method_handler(call)


def end(port, messages, length):
    # A client may have as long a status as the service sends.
    with grpc.insecure_channel(f"127.0.0.1:{port}", [("grpc.max_metadata_size", 1 << 20)]) as channel:
        try:
            list(channel.unary_stream(f"/a.Service/{messages}-{length}")(b"1", timeout=10, wait_for_ready=True))
            return "OK"
        except grpc.RpcError as error:
            return f"{error.code().name} with {sum(c == 'x' for c in error.details()):,} of the text's characters"


WHOLE = "NOT_FOUND with {0:,} of the text's characters"
OUTAGE = "UNAVAILABLE with 0 of the text's characters"
service, nginx, haproxy = sys.argv[1:]
server = grpc.server(futures.ThreadPoolExecutor(4))
server.add_generic_rpc_handlers([Service()])
server.add_insecure_port(f"127.0.0.1:{service}")
server.start()
holds = True
for way, port, messages, length, expected in [
    ("directly", service, 0, 20_000, WHOLE),
    ("directly", service, 1, 20_000, WHOLE),
    ("nginx", nginx, 0, 3_000, WHOLE),
    ("nginx", nginx, 0, 8_000, OUTAGE),
    ("nginx", nginx, 1, 20_000, WHOLE),
    ("haproxy", haproxy, 0, 8_000, WHOLE),
    ("haproxy", haproxy, 0, 20_000, OUTAGE),
    ("haproxy", haproxy, 1, 8_000, WHOLE),
    ("haproxy", haproxy, 1, 16_330, "NOT_FOUND with 0 of the text's characters"),
    ("haproxy", haproxy, 1, 20_000, "UNKNOWN with 0 of the text's characters"),
]:
    seen = end(port, messages, length)
    print(f"{way}, {length:,} characters {'after a message' if messages else 'alone'}: {seen}")
    holds &= seen == expected.format(length)
sys.stdout.flush()
os._exit(0 if holds else 1)
PYTHON
export PYTHONPATH=$work/usr/lib/python3/dist-packages LD_LIBRARY_PATH=$work/usr/lib/$(uname -m)-linux-gnu
GRPC_VERBOSITY=NONE /usr/bin/python3 calls.py "$service" "$nginx" "$haproxy"
