"""How long to wait before another attempt."""

import random
import time

FIRST = 0.05
LONGEST = 2.0


class Backoff:
    """Doubles from 50 ms to 2 s, less a random part of up to half, and gives up once attempts have failed for so many seconds."""

    def __init__(self, patience: float):
        self._patience = patience
        self.answered()

    def answered(self) -> None:
        self._wait = FIRST
        self._failing_since = None

    def is_there(self) -> None:
        """The service itself has said when to come back: patience is for one that is not there. The waits go on growing."""
        self._failing_since = None

    def next(self):
        """Seconds to wait; None where patience is at its end."""
        if self._failing_since is None:
            self._failing_since = time.monotonic()
        if time.monotonic() - self._failing_since >= self._patience:
            return None
        wait, self._wait = self._wait, min(2 * self._wait, LONGEST)
        return random.uniform(wait / 2, wait)
