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

each_case = pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])


@contextlib.contextmanager
def server_of(case):
    with subprocess.Popen([sys.executable, CLIENTS / "scripted_server.py", case["name"]], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        yield f"127.0.0.1:{int(server.stdout.readline())}"
        server.stdin.close()


def settings_of(options):
    return {name.removesuffix("_ms"): value / 1000 if name.endswith("_ms") else value for name, value in options.items()}


def messages_of(case):
    return [np.zeros(case.get("logits", 3), np.float32)] * case["messages"]


class Outcome:
    def __init__(self):
        self.results = []
        self.error = None
        self.is_cancelled = False

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


def fields(error, names):
    told = {"code": error.code.name, "message": error.message, "row": error.row, "column": error.column, "unanswered": error.unanswered}
    told["retry_after_ms"] = error.retry_after and round(error.retry_after * 1000)
    return {name: told[name] for name in names}


def test_the_settings_are_those_of_every_client():
    common = json.loads((CLIENTS / "settings.json").read_text("utf-8"))
    assert dataclasses.asdict(scoring.Settings()) == settings_of(common)


@each_case
def test_the_client(case):
    outcome = Outcome()

    def play(address):
        with scoring.Client(address, **settings_of(case.get("options", {}))) as client:
            try:
                if case["rpc"] == "score":
                    outcome.add(client.score(np.zeros(3, np.float32)))
                    return
                for result in client.score_stream(messages_of(case)):
                    if outcome.add(result) == case.get("cancel_after"):
                        client.close()
            except scoring.ScoringError as error:
                outcome.is_cancelled = case.get("cancel_after") is not None and error.code.name == "CANCELLED"
                outcome.error = None if outcome.is_cancelled else error

    with server_of(case) as address:
        playing = threading.Thread(target=play, args=(address,), daemon=True)
        playing.start()
        playing.join(SECONDS)
        assert not playing.is_alive(), "the client waits for ever"
    outcome.assert_is(case["expect"], case)


@each_case
def test_the_asynchronous_client(case):
    outcome = Outcome()

    async def play(address):
        async with scoring.aio.Client(address, **settings_of(case.get("options", {}))) as client:
            if case["rpc"] == "score":
                outcome.add(await client.score(np.zeros(3, np.float32)))
                return
            async for result in client.score_stream(messages_of(case)):
                if outcome.add(result) == case.get("cancel_after"):
                    asyncio.current_task().cancel()

    with server_of(case) as address:
        try:
            asyncio.run(asyncio.wait_for(play(address), SECONDS))
        except scoring.ScoringError as error:
            outcome.error = error
        except asyncio.CancelledError:
            outcome.is_cancelled = True
    outcome.assert_is(case["expect"], case)
