"""A client that is closed ends all that is under way, and lets nothing begin."""

import asyncio
import socket
import threading

import grpc
import numpy as np
import pytest

import scoring

LOGITS = np.zeros((1, 3), np.float32)


@pytest.fixture
def silent():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def assert_closed(error):
    assert (error.code, error.message) == (grpc.StatusCode.CANCELLED, "the client is closed")


def test_a_closed_client_begins_nothing():
    client = scoring.Client("127.0.0.1:9")
    client.close()
    with pytest.raises(scoring.ScoringError) as score:
        client.score(LOGITS)
    with pytest.raises(scoring.ScoringError) as stream:
        list(client.score_stream(iter([LOGITS])))
    assert_closed(score.value)
    assert_closed(stream.value)


def test_a_closed_asynchronous_client_begins_nothing():
    async def run():
        client = scoring.aio.Client("127.0.0.1:9")
        await client.close()
        with pytest.raises(scoring.ScoringError) as score:
            await client.score(LOGITS)
        with pytest.raises(scoring.ScoringError) as stream:
            [result async for result in client.score_stream([LOGITS])]
        assert_closed(score.value)
        assert_closed(stream.value)

    asyncio.run(run())


@pytest.mark.parametrize("taken", [0, 1], ids=["before its first message", "after an answer"])
def test_close_ends_a_stream_whose_source_waits(service, taken):
    forever = threading.Event()

    def source():
        yield from [LOGITS] * taken
        forever.wait()

    client = scoring.Client(service.address)
    results = client.score_stream(source())
    for _ in range(taken):
        next(results)
    errors = []

    def take():
        try:
            next(results)
        except scoring.ScoringError as error:
            errors.append(error)

    taking = threading.Thread(target=take, daemon=True)
    taking.start()
    client.close()
    taking.join(20)
    forever.set()
    assert_closed(errors[0])


@pytest.mark.parametrize("taken", [0, 1], ids=["before its first message", "after an answer"])
def test_close_ends_an_asynchronous_stream_whose_source_waits(service, taken):
    async def source():
        for _ in range(taken):
            yield LOGITS
        await asyncio.Event().wait()

    async def run():
        client = scoring.aio.Client(service.address)
        results = client.score_stream(source())
        for _ in range(taken):
            await anext(results)
        following = asyncio.ensure_future(anext(results))
        await client.close()
        with pytest.raises(scoring.ScoringError) as ended:
            await asyncio.wait_for(following, 20)
        assert_closed(ended.value)

    asyncio.run(run())


def test_close_ends_a_stream_that_the_service_does_not_answer(silent):
    async def run():
        client = scoring.aio.Client(silent)
        drawn = asyncio.Event()

        async def source():
            yield LOGITS
            drawn.set()
            await asyncio.Event().wait()

        following = asyncio.ensure_future(anext(client.score_stream(source())))
        await drawn.wait()
        await client.close()
        with pytest.raises(scoring.ScoringError) as ended:
            await asyncio.wait_for(following, 20)
        assert_closed(ended.value)
        assert ended.value.unanswered == [1]

    asyncio.run(run())


async def outlive_a_cancellation():
    """From now on the task looks as if somebody cancelled it."""
    asyncio.current_task().cancel()
    try:
        await asyncio.sleep(0)
    except asyncio.CancelledError:
        pass


def test_close_ends_the_score_of_a_task_that_has_outlived_a_cancellation_as_an_error_too(silent):
    async def score(client):
        await outlive_a_cancellation()
        await client.score(LOGITS)

    async def run():
        client = scoring.aio.Client(silent)
        scores = [asyncio.ensure_future(score(client)) for _ in range(3)]
        for _ in range(3):
            await asyncio.sleep(0)
        await client.close()
        for outcome in await asyncio.wait_for(asyncio.gather(*scores, return_exceptions=True), 20):
            assert_closed(outcome)

    asyncio.run(run())


@pytest.mark.parametrize("within", [False, True], ids=["before the stream", "within the stream"])
def test_close_ends_the_stream_of_a_task_that_has_outlived_a_cancellation_as_an_error_too(service, within):
    async def run():
        client = scoring.aio.Client(service.address)
        waits = asyncio.Event()

        async def source():
            yield LOGITS
            await asyncio.Event().wait()

        async def stream():
            if not within:
                await outlive_a_cancellation()
            async for _ in client.score_stream(source()):
                if within:
                    await outlive_a_cancellation()
                waits.set()

        streaming = asyncio.ensure_future(stream())
        await waits.wait()
        await client.close()
        with pytest.raises(scoring.ScoringError) as ended:
            await asyncio.wait_for(streaming, 20)
        assert_closed(ended.value)

    asyncio.run(run())


def test_a_caller_s_cancellation_is_one_after_others_too(silent):
    async def run():
        client = scoring.aio.Client(silent)
        drawn = asyncio.Event()

        async def source():
            yield LOGITS
            drawn.set()
            await asyncio.Event().wait()

        async def stream():
            await outlive_a_cancellation()
            async for _ in client.score_stream(source()):
                pass

        streaming = asyncio.ensure_future(stream())
        await drawn.wait()
        streaming.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(streaming, 20)
        await client.close()

    asyncio.run(run())


def test_close_ends_a_score_under_way_as_an_error_and_not_as_the_task_s_cancellation(silent):
    async def run():
        client = scoring.aio.Client(silent)
        scores = [asyncio.ensure_future(client.score(LOGITS)) for _ in range(3)]
        await asyncio.sleep(0)
        await client.close()
        for outcome in await asyncio.wait_for(asyncio.gather(*scores, return_exceptions=True), 20):
            assert_closed(outcome)

    asyncio.run(run())
