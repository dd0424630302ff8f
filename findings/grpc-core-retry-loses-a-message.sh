#!/usr/bin/env bash
# gRPC's core, as Debian 12 has it for Python: where a connection ends by a GOAWAY that says that a bidirectional call was not handled, the call is made again by itself
# (a "transparent retry") and may leave out a message of it. The call then ends with OK, and nobody is told. With grpc.enable_retries = 0 it ends with UNAVAILABLE instead.
#
# Installs the packages in a temporary folder, calls a server of its own 40 times each way, prints what the server had, and fails where that has changed.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq python3-grpcio=1.51.1-3+b1 libgrpc29=1.51.1-3+b1 libabsl20220623 libc-ares2 libre2-9 python3-six >/dev/null
for package in *.deb; do dpkg -x "$package" .; done
export PYTHONPATH=$work/usr/lib/python3/dist-packages LD_LIBRARY_PATH=$work/usr/lib/$(uname -m)-linux-gnu

cat >calls.py <<'PYTHON'
import asyncio
import os
import struct
import sys
import threading

import grpc

DATA, HEADERS, SETTINGS, PING, GOAWAY = 0, 1, 4, 6, 7
END_STREAM, ACK, END_HEADERS = 1, 1, 4
SENT = ["1", "2", "3"]
had = []  # of each connection, the messages that came over it
ready = threading.Event()


def frame(kind, flags, id, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + id.to_bytes(4, "big") + payload


def header(name, value):
    return b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value


OK = b"\x88" + header(b"content-type", b"application/grpc") + header(b"grpc-status", b"0")


async def serve(reader, writer):
    """The first connection ends at the first message, with a GOAWAY that says that no call was handled; the next one takes all, and ends the call with OK."""
    is_first, messages, data = not had, [], b""
    had.append(messages)
    await reader.readexactly(24)
    writer.write(frame(SETTINGS, 0, 0))
    while True:
        head = await reader.readexactly(9)
        kind, flags, id = head[3], head[4], int.from_bytes(head[5:], "big")
        payload = await reader.readexactly(int.from_bytes(head[:3], "big"))
        if kind in (SETTINGS, PING) and not flags & ACK:
            writer.write(frame(kind, ACK, 0, payload if kind == PING else b""))
        if kind != DATA:
            continue
        data += payload
        while len(data) >= 5 and len(data) >= (end := 5 + int.from_bytes(data[1:5], "big")):
            messages.append(data[5:end].decode())
            data = data[end:]
        if is_first and messages:
            writer.write(frame(GOAWAY, 0, 0, struct.pack(">II", 0, 0)))
            writer.close()
            return
        if flags & END_STREAM:
            writer.write(frame(HEADERS, END_STREAM | END_HEADERS, id, OK))


async def listen():
    global port
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    server.get_loop().set_exception_handler(lambda *_: None)  # Clients that hang up are no news.
    port = server.sockets[0].getsockname()[1]
    ready.set()
    await asyncio.Event().wait()


def calls(retries):
    """How many of 40 calls ended with OK without the service having all of their messages."""
    lost = 0
    for _ in range(40):
        had.clear()
        with grpc.insecure_channel(f"127.0.0.1:{port}", [("grpc.enable_retries", retries)]) as channel:
            try:
                list(channel.stream_stream("/a.Service/Method")(iter(message.encode() for message in SENT), timeout=10))
                lost += had[-1] != SENT
            except grpc.RpcError:
                pass
    print(f"grpcio {grpc.__version__}, grpc.enable_retries={retries}: {lost} of 40 calls ended with OK and without a message")
    return lost


threading.Thread(target=lambda: asyncio.run(listen()), daemon=True).start()
ready.wait()
holds = calls(1) > 0 and calls(0) == 0
sys.stdout.flush()
os._exit(0 if holds else 1)
PYTHON
/usr/bin/python3 calls.py
