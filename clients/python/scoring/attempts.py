"""A call with one message each way changes nothing, so it may be made again."""

import math
import random
import time
from typing import Optional

import grpc

from scoring.backoff import Backoff
from scoring.errors import ScoringError
from scoring.settings import Settings

_AGAIN = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)


class Attempts:
    """How often, and for how long."""

    def __init__(self, settings: Settings, timeout: Optional[float]):
        self._end = time.monotonic() + (settings.call_timeout if timeout is None else timeout)
        self._left = settings.max_attempts
        self._backoff = Backoff(math.inf)

    @property
    def seconds_left(self) -> float:
        return self._end - time.monotonic()

    def wait(self, failure: ScoringError) -> float:
        """Seconds until the next one. Raises the failure where there is none."""
        self._left -= 1
        if failure.code in _AGAIN:
            wait = self._backoff.next()
        elif failure.code is grpc.StatusCode.RESOURCE_EXHAUSTED and failure.retry_after is not None:
            wait = failure.retry_after * random.uniform(1, 1.25)  # Callers that were refused together come back apart.
        else:
            raise failure
        if self._left == 0 or wait >= self.seconds_left:
            raise failure
        return wait
