"""A call with one message each way, made again where that is worth while."""

import math
import random
import time
from typing import Optional

import grpc

from scoring.backoff import Backoff
from scoring.endings import is_away, is_cut
from scoring.errors import ScoringError
from scoring.settings import Settings

_DAY = 86400


class Attempts:
    """How often, and for how long."""

    def __init__(self, settings: Settings, timeout: Optional[float]):
        timeout = settings.call_timeout if timeout is None else timeout
        if math.isnan(timeout):
            raise ValueError("timeout is nan; it must be a number of seconds")
        self._end = time.monotonic() + timeout
        self._left = settings.max_attempts
        self._backoff = Backoff(math.inf)

    @property
    def timeout(self) -> Optional[float]:
        """Of the next one, for gRPC, whose clock does not reach as far as a float: None for more than a day."""
        return self._seconds_left if self._seconds_left <= _DAY else None

    @property
    def _seconds_left(self) -> float:
        return self._end - time.monotonic()

    def wait(self, failure: ScoringError) -> float:
        """Seconds until the next one. Raises the failure where there is none."""
        self._left -= 1
        if is_away(failure) or is_cut(failure):
            wait = self._backoff.next()
        elif failure.code is grpc.StatusCode.RESOURCE_EXHAUSTED and failure.retry_after is not None:
            wait = failure.retry_after * random.uniform(1, 1.25)  # Callers that were refused together come back apart.
        else:
            raise failure
        if self._left == 0 or wait >= self._seconds_left:
            raise failure
        return wait
