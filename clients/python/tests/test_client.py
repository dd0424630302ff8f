import asyncio
import itertools
import math
import socket
import threading

import grpc
import numpy as np
import pytest

import scoring

LOGITS = np.array([[1, 2, 4], [5, -1, 0.5]], np.float32)


def softmax(logits):
    exponentials = np.exp(np.asarray(logits, np.float64) - np.max(logits, axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


@pytest.fixture
def client(service):
    with scoring.Client(service.address) as client:
        yield client


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64])
def test_logits_of_each_type_are_scored(client, dtype):
    logits = LOGITS.astype(dtype)
    result = client.score(logits)
    assert (result.rows, result.classes, result.scores.dtype) == (2, 3, np.float32)
    np.testing.assert_allclose(result.scores, softmax(logits), atol=1e-7)


@pytest.mark.parametrize("logits", [[1e9 + 0.5, 1e9], np.array([2**40 + 3, 2**40], np.int64)])
def test_what_numbers_tell_apart_is_kept(client, logits):
    np.testing.assert_allclose(client.score(logits).scores[0], softmax([logits])[0], atol=1e-7)


@pytest.mark.parametrize("logits", [np.array(["NaT", "2020-01-02"], "datetime64[D]"), np.array(["1", "2"]), np.array([1, "-1e400"], np.longdouble)])
def test_what_is_no_number_that_float64_holds_is_refused(client, logits):
    with pytest.raises(ValueError, match="must be numbers|more than float64 holds"):
        client.score(logits)


def test_a_number_masks_nothing(client):
    with pytest.raises(scoring.ScoringError, match=r"column 1: the logit is -1E\+39"):
        client.score([1.0, -1e39])


def test_one_row_and_a_view_of_other_order_are_scored(client):
    np.testing.assert_allclose(client.score(LOGITS[0]).scores, softmax(LOGITS[:1]), atol=1e-7)
    np.testing.assert_allclose(client.score(np.asfortranarray(LOGITS)[:, ::-1]).scores, softmax(LOGITS[:, ::-1]), atol=1e-7)


def test_an_array_that_could_be_masked_and_is_not_is_scored(client):
    np.testing.assert_allclose(client.score(np.ma.masked_array(LOGITS)).scores, softmax(LOGITS), atol=1e-7)
    masked = np.ma.masked_less(LOGITS, 0)
    np.testing.assert_allclose(client.score(masked.filled(-np.inf)).scores[1, 1], 0)


def test_every_output_has_its_shape(client):
    result = client.score(
        LOGITS, head="iris", outputs=["scores", "top_k", "labels", "decisions", "log_sum_exp", "entropy", "loss"], top_k=2, temperature=2, targets=[2, 1]
    )
    expected = softmax(LOGITS / 2)
    assert result.top_indices.tolist() == [[2, 1], [0, 2]]
    assert result.top_labels == [["virginica", "versicolor"], ["setosa", "virginica"]]
    assert result.decisions.tolist() == [[0, 0, 1], [1, 0, 0]]
    np.testing.assert_allclose(result.top_scores, [[expected[0, 2], expected[0, 1]], [expected[1, 0], expected[1, 2]]], atol=1e-7)
    np.testing.assert_allclose(result.log_sum_exp, np.log(np.exp(LOGITS / 2.0).sum(axis=1)), atol=1e-6)
    np.testing.assert_allclose(result.entropy, -(expected * np.log(expected)).sum(axis=1), atol=1e-6)
    np.testing.assert_allclose(result.losses, -np.log([expected[0, 2], expected[1, 1]]), atol=1e-6)
    assert client.score(LOGITS, head="iris", outputs=["top_k"]).scores.shape == (2, 0)


def test_a_string_is_one_output_or_label(client):
    assert client.score(LOGITS, head="iris", outputs="top_k").top_indices.tolist() == [[2], [0]]
    assert client.score(LOGITS[0], head="iris", outputs="loss", target_labels="setosa").losses.shape == (1,)
    with pytest.raises(ValueError, match="output 'probabilities' is none of scores"):
        client.score(LOGITS, outputs="probabilities")


def test_rows_without_a_score_are_named(client):
    logits = LOGITS.copy()
    logits[1, 2] = np.nan
    with pytest.raises(scoring.ScoringError) as refused:
        client.score(logits)
    assert (refused.value.code, refused.value.row, refused.value.column) == (grpc.StatusCode.INVALID_ARGUMENT, 1, 2)
    flagged = client.score(logits, outputs=["top_k"], non_finite="flag")
    assert flagged.invalid_rows.tolist() == [1]
    assert flagged.top_indices[1].tolist() == [4294967295]


@pytest.mark.parametrize("timeout", [math.inf, 1e18, 5])
def test_a_score_may_take_as_long_as_it_is_told(client, timeout):
    assert client.score(LOGITS, timeout=timeout).rows == 2


def test_a_time_that_is_no_number_is_refused_at_once(client):
    with pytest.raises(ValueError, match="timeout is nan"):
        client.score(LOGITS, timeout=math.nan)


def test_an_unknown_head_is_refused(client):
    with pytest.raises(scoring.ScoringError, match="NOT_FOUND: head 'nobody' is not configured"):
        client.score(LOGITS, head="nobody")


def test_what_no_request_can_be_is_refused_at_once(client):
    with pytest.raises(ValueError, match="shape"):
        client.score(np.zeros((1, 2, 3)))
    for complex_type in (np.complex64, np.complex128):
        with pytest.raises(ValueError, match=f"logits are {np.dtype(complex_type)}; they must be real"):
            client.score(LOGITS.astype(complex_type))
    masked = np.ma.masked_less(LOGITS, 0)
    for logits in (masked, masked[1], list(masked)):
        with pytest.raises(ValueError, match="logits are masked, and a mask is not sent"):
            client.score(logits)
    with pytest.raises(ValueError, match="targets are masked"):
        client.score(LOGITS, outputs=["loss"], targets=np.ma.masked_equal([0, 1], 1))
    with pytest.raises(ValueError, match="output 'probabilities' is none of scores"):
        client.score(LOGITS, outputs=["probabilities"])


def test_rows_without_a_logit_and_targets_of_other_rows_are_refused(client):
    with pytest.raises(ValueError, match=r"logits have shape \(3, 0\)"):
        client.score(np.zeros((3, 0), np.float32), head="iris")
    with pytest.raises(ValueError, match=r"targets have shape \(3, 2\), and logits \(2, 3\)"):
        client.score(LOGITS, head="sigmoid", outputs="loss", targets=np.zeros((3, 2), np.int64))


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (1, 0)], ids=str)
def test_no_logits_are_no_rows_of_as_many_classes_as_the_head_has(client, shape):
    result = client.score(np.zeros(shape, np.float32), head="iris", outputs=["scores", "top_k", "labels"])
    assert (result.rows, result.classes, result.scores.shape) == (0, 3, (0, 3))


def messages(count):
    random = np.random.default_rng(1)
    return [random.normal(0, 5, (1 + i % 3, 4)).astype(np.float32) for i in range(count)]


def test_a_stream_answers_each_message_in_order_and_goes_on_after_an_error(service):
    logits = messages(500)
    logits[100] = scoring.Request(logits[100], head="nobody")
    with scoring.Client(service.address, max_in_flight_messages=7) as client:
        results = list(client.score_stream(logits))
    assert [result.id for result in results] == list(range(1, 501))
    assert results[100].error.code is grpc.StatusCode.NOT_FOUND
    with pytest.raises(scoring.ScoringError):
        results[100].scores
    for i, result in enumerate(results):
        if i != 100:
            np.testing.assert_allclose(result.scores, softmax(logits[i]), atol=1e-6)


def test_no_more_is_read_of_the_source_than_the_window_holds(service):
    read = 0

    def source():
        nonlocal read
        for item in messages(100):
            read += 1
            yield item

    with scoring.Client(service.address, max_in_flight_messages=4) as client:
        for answered, _ in enumerate(client.score_stream(source())):
            # The answer at hand has made room for another.
            assert read <= answered + 1 + 4


def test_an_error_of_the_source_is_the_caller_s(client):
    def source():
        yield LOGITS
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        list(client.score_stream(source()))


def test_a_stream_may_be_left(client):
    for _ in client.score_stream(itertools.repeat(LOGITS)):
        break
    assert client.score(LOGITS).rows == 2


def kill_and_restart(service, at, count):
    """Yields messages, and restarts the service in the midst of them."""
    for i, item in enumerate(messages(count)):
        if i in at:
            service.kill()
            threading.Thread(target=service.start).start()
        yield item


def assert_all(results, count):
    assert [result.id for result in results] == list(range(1, count + 1))
    for result, logits in zip(results, messages(count)):
        np.testing.assert_allclose(result.scores, softmax(logits), atol=1e-6)


def test_a_stream_loses_and_doubles_nothing_when_the_service_is_killed(mortal_service):
    with scoring.Client(mortal_service.address) as client:
        assert_all(list(client.score_stream(kill_and_restart(mortal_service, (500, 1500), 2000))), 2000)


def test_an_asynchronous_stream_loses_and_doubles_nothing_either(mortal_service):
    async def run():
        async with scoring.aio.Client(mortal_service.address) as client:
            return [result async for result in client.score_stream(kill_and_restart(mortal_service, (500,), 1000))]

    assert_all(asyncio.run(run()), 1000)


@pytest.fixture
def partly_silent(service):
    """Three addresses, of which the first two accept a connection and never speak."""
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        yield f"ipv4:127.0.0.1:{one.getsockname()[1]},127.0.0.1:{two.getsockname()[1]},{service.address}"


def test_the_address_that_answers_is_found_among_those_that_are_silent(partly_silent):
    with scoring.Client(partly_silent, connect_timeout=1) as client:
        assert client.score(LOGITS).rows == 2
    with scoring.Client(partly_silent, connect_timeout=1) as client:
        assert_all(list(client.score_stream(messages(3))), 3)


def test_the_asynchronous_client_finds_it_too(partly_silent):
    async def run():
        async with scoring.aio.Client(partly_silent, connect_timeout=1) as client:
            assert (await client.score(LOGITS)).rows == 2
            return [result async for result in client.score_stream(messages(3))]

    assert_all(asyncio.run(run()), 3)


def test_a_stream_gives_up_in_the_end_and_names_what_was_not_answered():
    with scoring.Client("127.0.0.1:9", patience=0.3) as client:
        with pytest.raises(scoring.ScoringError, match="UNAVAILABLE: .*messages 1 to 3 were not answered"):
            list(client.score_stream(messages(3)))


def test_a_setting_out_of_its_range_is_refused_at_once():
    with pytest.raises(ValueError, match="patience is -1"):
        scoring.Client("127.0.0.1:9", patience=-1)
    with pytest.raises(ValueError, match="max_attempts is 0; it must be a whole number from 1"):
        scoring.aio.Client("127.0.0.1:9", max_attempts=0)


def test_the_asynchronous_client_scores_refuses_and_streams(service):
    async def source():
        for item in messages(50):
            yield item

    async def run():
        async with scoring.aio.Client(service.address) as client:
            np.testing.assert_allclose((await client.score(LOGITS)).scores, softmax(LOGITS), atol=1e-7)
            with pytest.raises(scoring.ScoringError, match="nobody"):
                await client.score(LOGITS, head="nobody")
            return [result async for result in client.score_stream(source())]

    assert_all(asyncio.run(run()), 50)
