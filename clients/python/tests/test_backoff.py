import time

import pytest

from scoring.backoff import Backoff


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 0.0

    monkeypatch.setattr(time, "monotonic", lambda: Clock.now)
    return Clock


def test_waits_double_to_two_seconds_and_start_over_after_an_answer(clock):
    backoff = Backoff(30)
    for longest in [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2, 2]:
        assert longest / 2 <= backoff.next() <= longest
    backoff.answered()
    assert backoff.next() <= 0.05


def test_patience_is_with_each_break_however_long_the_stream_rested_before(clock):
    backoff = Backoff(30)
    clock.now = 3600
    assert backoff.next() is not None
    clock.now += 29.9
    assert backoff.next() is not None
    clock.now += 0.1
    assert backoff.next() is None
    backoff.answered()
    assert backoff.next() is not None


def test_no_patience_is_no_other_attempt(clock):
    assert Backoff(0).next() is None
