"""What a stream has drawn from its source and has no answer to."""

from collections import deque
from typing import List, Optional

from scoring.request import Message
from scoring.result import Result


class Window:
    """Messages in the order of their ids, which follow one another, and how many of them the call at hand has sent. Whoever uses it from several threads or tasks
    holds their own lock."""

    def __init__(self, max_messages: int, max_bytes: int):
        self._max_messages = max_messages
        self._max_bytes = max_bytes
        self._unanswered = deque()  # of (id, Message)
        self._bytes = 0
        self._sent = 0
        self._sent_bytes = 0
        # Messages up to this id were in flight when a call was cut off, and are sent one at a time.
        self._last_suspect = 0

    @property
    def has_room(self) -> bool:
        """Whether another message may be drawn. The last one may be too large to be sent with those before it, and waits."""
        return len(self._unanswered) < self._max_messages and self._bytes < self._max_bytes

    @property
    def is_empty(self) -> bool:
        return not self._unanswered

    @property
    def is_all_sent(self) -> bool:
        return self._sent == len(self._unanswered)

    @property
    def awaits_answer(self) -> bool:
        return self._sent > 0

    @property
    def ids(self) -> List[int]:
        return [id for id, _ in self._unanswered]

    def add(self, id: int, message: Message) -> None:
        self._unanswered.append((id, message))
        self._bytes += len(message.data)

    def send(self) -> Optional[bytes]:
        """The next message for the call at hand, which counts as sent from now; None where there is none, or it has to wait."""
        if self.is_all_sent:
            return None
        _, message = self._unanswered[self._sent]
        if self._sent > 0 and (self._has_suspect or self._sent_bytes + len(message.data) > self._max_bytes):
            return None
        self._sent += 1
        self._sent_bytes += len(message.data)
        return message.data

    def answered(self, result: Result) -> None:
        """Raises where it is no answer to the next message."""
        if self._sent == 0:
            raise result.misplaced()
        id, message = self._unanswered[0]
        result.check(id, message.asked)
        self._sent -= 1
        self._sent_bytes -= self._drop()

    def rewind(self) -> None:
        """Has everything sent again. Called between two calls."""
        self._sent = self._sent_bytes = 0

    def suspect(self, again: bool) -> Optional[int]:
        """What was in flight is sent one at a time from now. Of calls that are cut off again the culprit is dropped, and its id returned, if that is how it was sent."""
        if again and self._sent > 0 and self._has_suspect:
            id, _ = self._unanswered[0]
            self._drop()
            return id
        if self._sent > 0:
            self._last_suspect = max(self._last_suspect, self._unanswered[self._sent - 1][0])
        return None

    @property
    def _has_suspect(self) -> bool:
        return self._unanswered[0][0] <= self._last_suspect

    def _drop(self) -> int:
        _, message = self._unanswered.popleft()
        self._bytes -= len(message.data)
        return len(message.data)
