"""More streams at once than a connection takes."""

import asyncio
import itertools
import threading
import time

import numpy as np
import pytest

import scoring

LOGITS = np.array([[1, 2, 4]], np.float32)
STREAMS = 300
# How long what is not answered may take to fail.
SOON = {"patience": 20, "progress_timeout": 20, "call_timeout": 20}


def connections_to(service):
    """Those that stand, as the system knows the service's ends of them."""
    port = int(service.address.rpartition(":")[2])
    with open("/proc/net/tcp") as sockets:
        return sum(local.endswith(f":{port:04X}") and state == "01" for _, local, _, state, *_ in map(str.split, sockets))


def until_connections(service, count):
    end = time.monotonic() + 20
    while (connections := connections_to(service)) != count:
        assert time.monotonic() < end, f"{connections} connections"
        time.sleep(0.05)


def test_as_many_streams_as_one_likes_are_open_at_once(mortal_service):
    end = threading.Event()

    def source():
        yield LOGITS
        end.wait()

    with scoring.Client(mortal_service.address, **SOON) as client:
        streams = [client.score_stream(source()) for _ in range(STREAMS)]
        try:
            assert [next(stream).rows for stream in streams] == [1] * STREAMS
            assert client.score(LOGITS).rows == 1
            assert connections_to(mortal_service) == 3
        finally:
            end.set()
        assert list(itertools.chain(*streams)) == []
        until_connections(mortal_service, 1)
        assert client.score(LOGITS).rows == 1
    until_connections(mortal_service, 0)


def test_as_many_asynchronous_streams_as_one_likes_are_open_at_once(mortal_service):
    async def run():
        end = asyncio.Event()

        async def source():
            yield LOGITS
            await end.wait()

        async with scoring.aio.Client(mortal_service.address, **SOON) as client:
            streams = [client.score_stream(source()) for _ in range(STREAMS)]
            assert [(await anext(stream)).rows for stream in streams] == [1] * STREAMS
            assert (await client.score(LOGITS)).rows == 1
            assert connections_to(mortal_service) == 3
            end.set()
            assert [result for stream in streams async for result in stream] == []
            until_connections(mortal_service, 1)
            assert (await client.score(LOGITS)).rows == 1
        until_connections(mortal_service, 0)

    asyncio.run(run())


def test_close_ends_the_streams_of_every_connection(service):
    end = threading.Event()

    def source():
        yield LOGITS
        end.wait()

    client = scoring.Client(service.address, **SOON)
    streams = [client.score_stream(source()) for _ in range(STREAMS)]
    try:
        for stream in streams:
            next(stream)
        client.close()
        for stream in streams:
            with pytest.raises(scoring.ScoringError, match="CANCELLED: the client is closed"):
                next(stream)
    finally:
        end.set()
