"""What a stream does when one of its calls has ended."""

from typing import Optional

import grpc

from scoring.backoff import Backoff
from scoring.endings import is_away, is_cut
from scoring.errors import ScoringError
from scoring.result import Result
from scoring.settings import Settings
from scoring.window import Window


class Recovery:
    """Goes on with another call where that is worth while, and tells which message ends every call that it is in. The owner holds the lock of the window."""

    def __init__(self, settings: Settings):
        self.window = Window(settings.max_in_flight_messages, settings.max_in_flight_bytes)
        self._has_patience = settings.patience > 0
        self._backoff = Backoff(settings.patience)
        self._cuts = 0
        self._has_told_why = False

    def answered(self, data: bytes) -> Result:
        """Everything starts anew with an answer. Raises where it is none to the next message."""
        try:
            result = Result(data)
            self.window.answered(result)
        except ScoringError as error:
            raise error.leaving(self.window.ids) from None
        self._backoff.answered()
        self._cuts = 0
        self._has_told_why = result.error is not None
        return result

    def ended(self, failure: Optional[ScoringError]) -> Optional[Result]:
        """Called after each call, with what has ended it where that was no OK. Returns the answer of a message that cannot have another. Raises where the stream cannot go on."""
        has_told_why, self._has_told_why = self._has_told_why, False
        culprit = None
        if failure is not None and not is_away(failure):
            if is_cut(failure) and self._has_patience:
                self._cuts += 1
                culprit = self.window.suspect(again=self._cuts > 1)
            elif not has_told_why:
                raise failure.leaving(self.window.ids)
        self.window.rewind()
        return None if culprit is None else Result.refused(culprit, failure.code, f"{failure.message}; so ends each call that this message is in")

    def wait(self, failure: Optional[ScoringError]) -> float:
        """Seconds until another call is worth while, once there is something to send again. Raises where patience is at its end."""
        if failure is not None and failure.retry_after is not None:
            self._backoff.is_there()
        wait = self._backoff.next()
        if wait is None:
            failure = failure or ScoringError(grpc.StatusCode.UNAVAILABLE, "the service ended the stream before all was answered")
            raise ScoringError(grpc.StatusCode.UNAVAILABLE, failure.message).leaving(self.window.ids)
        return wait
