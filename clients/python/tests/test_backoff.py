import time

import grpc
import pytest

from scoring.backoff import Backoff

UNAVAILABLE = grpc.StatusCode.UNAVAILABLE


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 0.0

    monkeypatch.setattr(time, "monotonic", lambda: Clock.now)
    return Clock


def test_waits_double_to_two_seconds_and_start_over_after_an_answer(clock):
    backoff = Backoff(30)
    for longest in [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2, 2]:
        assert longest / 2 <= backoff.next(UNAVAILABLE) <= longest
    backoff.answered()
    assert backoff.next(UNAVAILABLE) <= 0.05


def test_patience_is_with_each_break_however_long_the_stream_rested_before(clock):
    backoff = Backoff(30)
    clock.now = 3600
    assert backoff.next(UNAVAILABLE) is not None
    assert backoff.left == 30
    clock.now += 30
    assert backoff.next(UNAVAILABLE) is not None
    assert backoff.left == 0
    clock.now += 0.1
    assert backoff.next(UNAVAILABLE) is None


def test_what_waiting_does_not_help_is_not_tried_again(clock):
    assert Backoff(30).next(grpc.StatusCode.INVALID_ARGUMENT) is None
