"""Plays the service of one case of cases.json, frame by frame, so that it can also end calls as only networks and proxies do.

usage: scripted_server.py CASE

CASE is the name of one, or one of a client's own, as JSON. Prints its port and runs until its standard input is closed. Needs nothing but Python. README.md tells what the steps mean.
"""

import asyncio
import base64
import json
import os
import pathlib
import struct
import sys

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
END_STREAM, ACK, END_HEADERS, PADDED = 1, 1, 4, 8
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

RESETS = {"NO_ERROR": 0, "INTERNAL_ERROR": 2, "REFUSED_STREAM": 7, "CANCEL": 8}
CODES = (
    "OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED RESOURCE_EXHAUSTED "
    "FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED"
).split()


class Unexpected(Exception):
    """The client did not do what the script says."""


class Call:
    """One stream of HTTP/2: what came of it, and what is sent."""

    def __init__(self, connection, id):
        self._connection = connection
        self._id = id
        self._bytes = b""
        self._has_begun = False
        self._has_come = asyncio.Condition()
        self._is_complete = False
        self._unanswered = []  # of (id, classes)

    async def came(self, data, is_complete):
        self._bytes += data
        async with self._has_come:
            while len(self._bytes) >= 5 and len(self._bytes) >= (end := 5 + int.from_bytes(self._bytes[1:5], "big")):
                self._unanswered.append(_asked(self._bytes[5:end]))
                self._bytes = self._bytes[end:]
            self._is_complete |= is_complete
            self._has_come.notify_all()

    async def play(self, steps):
        try:
            for step in steps:
                arguments = {key: value for key, value in step.items() if key != "do"}
                await getattr(self, "_" + step["do"])(**arguments)
        except Unexpected as error:
            await self._status("INTERNAL", str(error))

    async def _until(self, condition):
        async with self._has_come:
            await self._has_come.wait_for(condition)

    async def _receive(self, count):
        await self._until(lambda: len(self._unanswered) >= count)

    async def _only(self, count):
        await self._receive(count)
        for _ in range(2):  # What was sent before the answer to a ping has come before it.
            await self._connection.ping()
        if len(self._unanswered) != count:
            raise Unexpected(f"{len(self._unanswered)} messages are under way, not {count}")

    async def _answer(self, count):
        for _ in range(count):
            await self._receive(1)
            self._send(_answer(*self._unanswered.pop(0)))

    async def _misanswer(self, id=None, rows=1, classes=None, scores=None):
        await self._receive(1)
        right_id, right_classes = self._unanswered.pop(0)
        self._send(_answer(right_id if id is None else id, right_classes if classes is None else classes, rows, scores))

    async def _send_bytes(self, hex):
        await self._receive(1)
        self._unanswered.pop(0)
        self._send(bytes.fromhex(hex))

    async def _say_compressed(self):
        self._has_begun = True
        self._connection.send(HEADERS, END_HEADERS, self._id, _RESPONSE + _header("grpc-encoding", "gzip"))

    async def _half_answer(self):
        await self._receive(1)
        answer = _message(_answer(*self._unanswered.pop(0)))
        self._begin()
        self._connection.send(DATA, 0, self._id, answer[: len(answer) // 2])

    async def _refuse(self, **error):
        await self._receive(1)
        id, _ = self._unanswered.pop(0)
        self._send(_varint_field(1, id) + _bytes_field(2, _error(**error)))

    async def _serve(self, until=None):
        """Whatever follows is done at message `until` alone."""
        while True:
            await self._until(lambda: self._unanswered or self._is_complete)
            if not self._unanswered:
                await self._status("OK")
                return await self._hold()
            if self._unanswered[0][0] == until:
                return
            await self._answer(1)

    async def _hold(self):
        await asyncio.Event().wait()

    async def _status(self, code, message="", error_hex=None, **details):
        trailers = _header("grpc-status", str(CODES.index(code) if code in CODES else code)) + _header("grpc-message", message)
        error = _error(code, message, **details) if details else error_hex and bytes.fromhex(error_hex)
        if error:
            trailers += _header("scoring-error-bin", base64.b64encode(error).decode().rstrip("="))
        if not self._has_begun:
            trailers = _RESPONSE + trailers
        self._connection.send(HEADERS, END_HEADERS | END_STREAM, self._id, trailers)

    async def _redirect(self, status):
        self._connection.send(HEADERS, END_HEADERS | END_STREAM, self._id, _header(":status", str(status)) + _header("location", "/elsewhere"))

    async def _end_headers(self):
        trailers = _header("x-proxy", "timeout")
        self._connection.send(HEADERS, END_HEADERS | END_STREAM, self._id, trailers if self._has_begun else _RESPONSE + trailers)

    async def _end_stream(self):
        self._begin()
        self._connection.send(DATA, END_STREAM, self._id)

    async def _bad_headers(self):
        self._connection.send(HEADERS, END_HEADERS, self._id, b"\xff" * 7)  # An index far beyond the table, and no end of it.

    async def _reset(self, code):
        await self._connection.ping()
        self._connection.send(RST_STREAM, 0, self._id, struct.pack(">I", RESETS[code]))

    async def _go_away(self):
        """Says that this call was not handled, and hangs up."""
        self._connection.send(GOAWAY, 0, 0, struct.pack(">II", max(0, self._id - 2), 0))
        self._connection.close()

    async def _cut(self):
        self._connection.abort()

    async def _fall_silent(self):
        self._connection.fall_silent()

    def _begin(self):
        if not self._has_begun:
            self._has_begun = True
            self._connection.send(HEADERS, END_HEADERS, self._id, _RESPONSE)

    def _send(self, message):
        self._begin()
        self._connection.send(DATA, 0, self._id, _message(message))


class Connection:
    def __init__(self, reader, writer, next_steps):
        self._reader = reader
        self._writer = writer
        self._next_steps = next_steps
        self._calls = {}
        self._tasks = {}
        self._pongs = []
        self._is_silent = False

    async def run(self):
        try:
            await self._reader.readexactly(len(PREFACE))
            self.send(SETTINGS, 0, 0)
            while not self._is_silent:
                head = await self._reader.readexactly(9)
                payload = await self._reader.readexactly(int.from_bytes(head[:3], "big"))
                if not self._is_silent:
                    await self._came(head[3], head[4], int.from_bytes(head[5:], "big"), payload)
            await asyncio.Event().wait()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            for task in self._tasks.values():
                task.cancel()
            self._writer.close()

    async def _came(self, kind, flags, id, payload):
        if kind == SETTINGS and not flags & ACK:
            self.send(SETTINGS, ACK, 0)
        elif kind == PING and flags & ACK:
            self._pongs.pop(0).set()
        elif kind == PING:
            self.send(PING, ACK, 0, payload)
        elif kind == HEADERS and id not in self._calls:
            self._calls[id] = Call(self, id)
            self._tasks[id] = asyncio.create_task(self._calls[id].play(self._next_steps()))
        elif kind == DATA:
            if payload:
                for credited in (0, id):
                    self.send(WINDOW_UPDATE, 0, credited, struct.pack(">I", len(payload)))
            if flags & PADDED:
                payload = payload[1 : len(payload) - payload[0]]
            await self._calls[id].came(payload, bool(flags & END_STREAM))
        elif kind == RST_STREAM:
            self._tasks[id].cancel()

    def send(self, kind, flags, id, payload=b""):
        if not self._is_silent:
            self._writer.write(len(payload).to_bytes(3, "big") + bytes([kind, flags]) + id.to_bytes(4, "big") + payload)

    async def ping(self):
        pong = asyncio.Event()
        self._pongs.append(pong)
        self.send(PING, 0, 0, b"scripted")
        await pong.wait()

    def close(self):
        self._writer.close()

    def abort(self):
        self._writer.transport.abort()

    def fall_silent(self):
        self._is_silent = True
        self._writer.transport.pause_reading()


class Server:
    def __init__(self, case):
        self._calls = case["calls"]
        self._silent_connections = case.get("silent_connections", 0)
        self._begun = 0

    async def accept(self, reader, writer):
        if self._silent_connections > 0:
            self._silent_connections -= 1
            await asyncio.Event().wait()
        await Connection(reader, writer, self._next_steps).run()

    def _next_steps(self):
        self._begun += 1
        return self._calls[min(self._begun, len(self._calls)) - 1]


def _varint(value):
    bytes_ = bytearray()
    while value > 0x7F:
        bytes_.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*bytes_, value])


def _varint_field(field, value):
    return _varint(field << 3) + _varint(value)


def _bytes_field(field, value):
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _asked(message):
    """Id and classes of a ScoreRequest, which has one row here. A field that is 0 is not there."""
    fields, at = {}, 0
    while at < len(message):
        tag, at = _read_varint(message, at)
        value, at = _read_varint(message, at) if tag & 7 in (0, 2) else (None, at + 4)
        if tag & 7 == 2:
            at += value
        fields[tag >> 3] = value
    return fields.get(1, 0), fields.get(3, 0)


def _read_varint(message, at):
    value = shift = 0
    while True:
        value |= (message[at] & 0x7F) << shift
        shift += 7
        at += 1
        if message[at - 1] < 0x80:
            return value, at


def _answer(id, classes, rows=1, scores=None):
    scores = rows * classes if scores is None else scores
    return _varint_field(1, id) + _varint_field(3, rows) + _varint_field(4, classes) + _bytes_field(5, struct.pack("<f", 1) * scores)


def _message(message):
    return b"\0" + struct.pack(">I", len(message)) + message


def _error(code, message, row=None, column=None, retry_after_ms=0):
    places = b"".join(_varint_field(field, place) for field, place in ((3, row), (4, column)) if place is not None)
    return _varint_field(1, CODES.index(code)) + _bytes_field(2, message.encode()) + places + _varint_field(5, retry_after_ms)


def _header(name, value):
    """A literal of HPACK, without its table: lengths are under 127."""
    return b"\0" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()


_RESPONSE = b"\x88" + _header("content-type", "application/grpc")


async def main(name):
    cases = json.loads((pathlib.Path(__file__).parent / "cases.json").read_text("utf-8"))
    case = json.loads(name) if name.startswith("{") else next(case for case in cases if case["name"] == name)
    server = await asyncio.start_server(Server(case).accept, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.new_event_loop().run_until_complete(main(sys.argv[1]))
    os._exit(0)  # What still plays is of no more interest.
