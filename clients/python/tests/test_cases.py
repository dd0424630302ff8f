"""Both clients do in every case what every client does: tests/clients/README.md."""

import asyncio
import contextlib
import dataclasses
import json
import pathlib
import subprocess
import sys
import threading

import numpy as np
import pytest

import scoring

CLIENTS = pathlib.Path(__file__).parents[3] / "tests" / "clients"
CASES = json.loads((CLIENTS / "cases.json").read_text("utf-8"))
SECONDS = 20  # far more than any case takes, and less than it takes without the case's own options


@pytest.fixture
def environment(case, monkeypatch):
    for name, value in case.get("environment", {}).items():
        monkeypatch.setenv(name, value)


each_case = pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])


@contextlib.contextmanager
def server_of(case):
    with subprocess.Popen([sys.executable, CLIENTS / "scripted_server.py", case["name"]], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        yield f"127.0.0.1:{int(server.stdout.readline())}"
        server.stdin.close()


def settings_of(options):
    return {name.removesuffix("_ms"): value / 1000 if name.endswith("_ms") else value for name, value in options.items()}


def message_of(case):
    return scoring.Request(np.zeros(case.get("logits", 3), np.float32), outputs=case.get("outputs", ()))


class SourceError(Exception):
    """What a source raises of its own."""


def source_of(case, end):
    """An iterator of the messages. One that waits does so until the end."""
    yield from [message_of(case)] * case["messages"]
    if case.get("source") == "waits":
        end.wait()
    if case.get("source") == "throws":
        raise SourceError


async def asynchronous_source_of(case):
    for _ in range(case["messages"]):
        yield message_of(case)
    if case.get("source") == "waits":
        await asyncio.Event().wait()
    if case.get("source") == "throws":
        raise SourceError


class Outcome:
    def __init__(self):
        self.results = []
        self.error = None
        self.is_cancelled = False
        self.is_thrown = False

    def add(self, result):
        self.results.append(result)
        return len(self.results)

    def assert_is(self, expected, case):
        results = expected.get("results", [])
        if results == "ok":
            results = ["ok"] * case["messages"]
        wanted = [None if result == "ok" else result for result in results]
        assert [error and fields(error, wanted[i] or {"code": None}) for i, error in enumerate(result.error for result in self.results)] == wanted
        if case["rpc"] == "stream":
            assert [result.id for result in self.results] == list(range(1, len(results) + 1))
        wanted = expected.get("error")
        assert (self.error and fields(self.error, wanted or {"code": None})) == wanted
        assert self.is_cancelled == expected.get("cancelled", False)
        assert self.is_thrown == expected.get("thrown", False)


def fields(error, names):
    told = {"code": error.code.name, "message": error.message, "row": error.row, "column": error.column, "unanswered": error.unanswered}
    told["retry_after_ms"] = error.retry_after and round(error.retry_after * 1000)
    return {name: told[name] for name in names}


def test_the_settings_are_those_of_every_client():
    common = json.loads((CLIENTS / "settings.json").read_text("utf-8"))
    assert dataclasses.asdict(scoring.Settings()) == settings_of(common)


@each_case
def test_the_client(case, environment):
    outcome = Outcome()
    end = threading.Event()

    def play(address):
        with scoring.Client(address, **settings_of(case.get("options", {}))) as client:
            try:
                if case["rpc"] == "score":
                    outcome.add(client.score(message_of(case)))
                    return
                for result in client.score_stream(source_of(case, end)):
                    if outcome.add(result) == case.get("cancel_after"):
                        client.close()
            except scoring.ScoringError as error:
                outcome.is_cancelled = case.get("cancel_after") is not None and error.code.name == "CANCELLED"
                outcome.error = None if outcome.is_cancelled else error
            except SourceError:
                outcome.is_thrown = True

    with server_of(case) as address:
        playing = threading.Thread(target=play, args=(address,), daemon=True)
        playing.start()
        playing.join(SECONDS)
        end.set()
        assert not playing.is_alive(), "the client waits for ever"
    outcome.assert_is(case["expect"], case)


@each_case
def test_the_asynchronous_client(case, environment):
    outcome = Outcome()

    async def play(address):
        async with scoring.aio.Client(address, **settings_of(case.get("options", {}))) as client:
            if case["rpc"] == "score":
                outcome.add(await client.score(message_of(case)))
                return
            async for result in client.score_stream(asynchronous_source_of(case)):
                if outcome.add(result) == case.get("cancel_after"):
                    asyncio.current_task().cancel()

    with server_of(case) as address:
        try:
            asyncio.run(asyncio.wait_for(play(address), SECONDS))
        except scoring.ScoringError as error:
            outcome.error = error
        except SourceError:
            outcome.is_thrown = True
        except asyncio.CancelledError:
            outcome.is_cancelled = True
    outcome.assert_is(case["expect"], case)


def test_a_status_that_grpc_does_not_know_is_an_error_all_the_same():
    sys.path.insert(0, str(CLIENTS))
    from scripted_server import Server

    async def run():
        script = Server({"calls": [[{"do": "receive", "count": 1}, {"do": "status", "code": 99}]]})
        async with await asyncio.start_server(script.accept, "127.0.0.1", 0) as server:
            address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
            async with scoring.aio.Client(address) as client:
                with pytest.raises(scoring.ScoringError, match="UNKNOWN"):
                    await client.score(np.zeros(3, np.float32))
                with pytest.raises(scoring.ScoringError, match="UNKNOWN.*messages 1 to 1"):
                    [result async for result in client.score_stream([np.zeros(3, np.float32)])]

    asyncio.run(asyncio.wait_for(run(), SECONDS))


def test_an_answer_that_is_compressed_is_refused_before_it_comes():
    async def run(address):
        async with scoring.aio.Client(address) as client:
            with pytest.raises(scoring.ScoringError, match="^INTERNAL: Compression algorithm 'gzip' is disabled"):
                await client.score(np.zeros(3, np.float32))
            with pytest.raises(scoring.ScoringError, match="^INTERNAL: Compression algorithm 'gzip' is disabled.*messages 1 to 1"):
                [result async for result in client.score_stream([np.zeros(3, np.float32)])]

    with server_of({"name": json.dumps({"calls": [[{"do": "say_compressed"}, {"do": "hold"}]]})}) as address:
        with scoring.Client(address, call_timeout=SECONDS, progress_timeout=SECONDS) as client:
            with pytest.raises(scoring.ScoringError, match="^INTERNAL: Compression algorithm 'gzip' is disabled"):
                client.score(np.zeros(3, np.float32))
            with pytest.raises(scoring.ScoringError, match="^INTERNAL: Compression algorithm 'gzip' is disabled.*messages 1 to 1"):
                list(client.score_stream([np.zeros(3, np.float32)]))
        asyncio.run(asyncio.wait_for(run(address), SECONDS))
