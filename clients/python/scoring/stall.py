"""Tells of a call that stands still on a connection that does not."""

from typing import Callable, Optional

import grpc

from scoring.errors import ScoringError

_LOOKS = 4


class StallWatch:
    """Looks every `period` seconds. A call is stalled that brings nothing for the timeout, to a quarter of it, while an answer is awaited of it, or its end: a caller
    who does not ask for answers stalls nothing."""

    def __init__(self, is_awaited: Callable[[], bool], timeout: float):
        self.period = timeout / _LOOKS
        self.failure: Optional[ScoringError] = None
        self._timeout = timeout
        self._is_awaited = is_awaited
        self._is_waiting = False
        self._answers = 0
        self._answers_seen = 0
        self._looks = 0

    def waits(self) -> None:
        """Called before an answer is waited for."""
        self._is_waiting = True

    def answered(self) -> None:
        self._is_waiting = False
        self._answers += 1

    def look(self) -> bool:
        """Whether the call is stalled, and is to be cancelled."""
        # A wait ends with an answer alone, so one that is seen again without an answer since is the same one.
        if not self._is_waiting or self._answers != self._answers_seen or not self._is_awaited():
            self._answers_seen, self._looks = self._answers, 0
        else:
            self._looks += 1
            if self._looks > _LOOKS:
                self.failure = ScoringError(grpc.StatusCode.UNAVAILABLE, f"the service has not answered for {self._timeout:g} seconds")
        return self.failure is not None
