"""What a stream has sent, or is about to, and has no answer to."""

from collections import deque

import grpc

from scoring.errors import ScoringError


class Window:
    """Messages in the order of their ids, which follow one another. Whoever uses it from several threads or tasks holds their own lock."""

    def __init__(self, size: int):
        self._size = size
        self._unanswered = deque()  # of (id, bytes)

    @property
    def has_room(self) -> bool:
        return len(self._unanswered) < self._size

    @property
    def is_empty(self) -> bool:
        return not self._unanswered

    def add(self, id: int, message: bytes) -> None:
        self._unanswered.append((id, message))

    def answered(self, id: int) -> None:
        if self.is_empty or self._unanswered[0][0] != id:
            raise ScoringError(grpc.StatusCode.INTERNAL, f"an answer to message {id}, which is not the next")
        self._unanswered.popleft()

    def find(self, id):
        """The message of this id, or the first one; None where it is not there yet."""
        if self.is_empty:
            return None
        index = 0 if id is None else id - self._unanswered[0][0]
        return self._unanswered[index] if index < len(self._unanswered) else None

    def broken(self, error: ScoringError) -> ScoringError:
        """The error, with the messages that have no answer."""
        if self.is_empty:
            return error
        ids = f"{self._unanswered[0][0]} to {self._unanswered[-1][0]}"
        return ScoringError(error.code, f"{error.message}; messages {ids} were not answered")

    def ended_early(self) -> ScoringError:
        return self.broken(ScoringError(grpc.StatusCode.UNAVAILABLE, "the service ended the stream before all was answered"))
