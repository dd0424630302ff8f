"""How long to wait before a stream is tried again."""

import random
import time

import grpc

FIRST = 0.05
LONGEST = 2.0


class Backoff:
    """Doubles from 50 ms to 2 s, with jitter, and gives up once a break has lasted for so many seconds."""

    def __init__(self, patience: float):
        self._patience = patience
        self.answered()

    def answered(self) -> None:
        self._wait = FIRST
        self._broken_since = None

    @property
    def left(self) -> float:
        """Seconds of patience."""
        since = time.monotonic() if self._broken_since is None else self._broken_since
        return max(0.0, since + self._patience - time.monotonic())

    def next(self, code: grpc.StatusCode):
        """Seconds to wait; None where trying again is no use."""
        if self._broken_since is None:
            self._broken_since = time.monotonic()
        if code is not grpc.StatusCode.UNAVAILABLE or time.monotonic() - self._broken_since > self._patience:
            return None
        wait, self._wait = self._wait, min(2 * self._wait, LONGEST)
        return random.uniform(wait / 2, wait)
