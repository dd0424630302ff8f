"""Answers of the service."""

from typing import List, Optional

import grpc
import numpy as np

from google.protobuf.message import DecodeError

from scoring.asked import Asked
from scoring.errors import ScoringError
from scoring.v1 import scoring_pb2 as pb

_SCORES_FIELD = pb.ScoreResponse.DESCRIPTOR.fields_by_name["scores"].number << 3
_PACKED = _SCORES_FIELD | 2
_UNPACKED = _SCORES_FIELD | 5
# Where each output is, in the order of the contract.
_FIELDS = {
    "scores": "scores",
    "top_k": "top_indices",
    "decisions": "decisions",
    "log_sum_exp": "log_sum_exp",
    "entropy": "entropy",
    "loss": "losses",
    "labels": "top_labels",
    "invalid_rows": "invalid_rows",
}


class Result:
    """The answer to one message. Of a message that could not be scored `error` tells why, and what it was asked for raises it."""

    def __init__(self, data: bytes):
        try:
            scores, rest = _split(data)
            self._message = pb.ScoreResponse.FromString(rest)
            self._scores = np.frombuffer(b"".join(scores), "<f4")
        except (DecodeError, IndexError, ValueError) as error:
            raise ScoringError(grpc.StatusCode.INTERNAL, f"an answer is no ScoreResponse: {error}") from None
        self.id: int = self._message.id
        self.error: Optional[ScoringError] = ScoringError.of_message(self._message.error) if self._message.HasField("error") else None

    @classmethod
    def refused(cls, id: int, code: grpc.StatusCode, message: str) -> "Result":
        """Of a message that the service cannot answer itself."""
        return cls(pb.ScoreResponse(id=id, error=pb.Error(code=code.value[0], message=message)).SerializeToString())

    def check(self, id: int, asked: Asked) -> "Result":
        """Raises where it is not the answer to this message."""
        if self.id != id:
            raise self.misplaced()
        if self.error is None:
            asked.check(self._message, self._scores.size)
        return self

    def misplaced(self) -> ScoringError:
        return ScoringError(grpc.StatusCode.INTERNAL, f"an answer came to message {self.id}, which is not the next")

    def raise_for_error(self) -> "Result":
        """Raises the error, if there is one."""
        if self.error is not None:
            raise self.error
        return self

    def __repr__(self) -> str:
        if self.error is not None:
            return f"Result(id={self.id}, error={self.error!r})"
        counts = {name: len(getattr(self._message, field)) for name, field in _FIELDS.items()} | {"scores": self._scores.size}
        outputs = ", ".join(name for name, count in counts.items() if count)
        return f"Result(id={self.id}, rows={self.rows}, classes={self.classes}, outputs=[{outputs}])"

    @property
    def rows(self) -> int:
        return self._scored.rows

    @property
    def classes(self) -> int:
        return self._scored.classes

    @property
    def scores(self) -> np.ndarray:
        """(rows, classes) float32: probabilities, log-probabilities, or scaled logits. Read-only."""
        self._scored
        return self._scores.reshape(self.rows, self._width(self._scores.size))

    @property
    def top_indices(self) -> np.ndarray:
        """(rows, k) class indices, best first; (rows, groups × k) of a head with groups. 4294967295 for a row that has no score."""
        return self._wide(self._scored.top_indices, np.uint32)

    @property
    def top_scores(self) -> np.ndarray:
        """(rows, k) float32: the scores of top_indices."""
        return self._wide(self._scored.top_scores, np.float32)

    @property
    def top_labels(self) -> List[List[str]]:
        """rows × k labels of top_indices."""
        labels = list(self._scored.top_labels)
        k = len(labels) // max(self.rows, 1)
        return [labels[row * k : (row + 1) * k] for row in range(self.rows)]

    @property
    def log_sum_exp(self) -> np.ndarray:
        """(rows,) nats; (rows, groups) of a head with groups. So are entropy and losses."""
        return self._each(self._scored.log_sum_exp)

    @property
    def entropy(self) -> np.ndarray:
        return self._each(self._scored.entropy)

    @property
    def losses(self) -> np.ndarray:
        return self._each(self._scored.losses)

    @property
    def decisions(self) -> np.ndarray:
        """(rows, classes) of 0 and 1."""
        decisions = self._scored.decisions
        return self._wide(decisions, np.uint32).reshape(self.rows, self._width(len(decisions)))

    @property
    def invalid_rows(self) -> np.ndarray:
        """With non_finite="flag": the rows that have no score, ascending."""
        return np.fromiter(self._scored.invalid_rows, np.uint32, len(self._scored.invalid_rows))

    @property
    def _scored(self) -> pb.ScoreResponse:
        self.raise_for_error()
        return self._message

    def _width(self, size: int) -> int:
        """Of rows × classes. No rows are as wide as any others of the stream, so that they go together."""
        return -1 if size else self.classes if self.rows == 0 else 0

    def _wide(self, values, dtype) -> np.ndarray:
        return np.fromiter(values, dtype, len(values)).reshape(self.rows, -1 if len(values) else 0)

    def _each(self, values) -> np.ndarray:
        each = np.fromiter(values, np.float32, len(values))
        return each if len(values) in (0, self.rows) else each.reshape(self.rows, -1)


def _split(data: bytes):
    """The bytes of the packed scores, and the message without them: NumPy reads them as they lie, where protobuf would make an object of each."""
    view = memoryview(data)
    scores, rest = [], []
    at = 0
    while at < len(data):
        start = at
        tag, at = _varint(data, at)
        value, at = _skip(data, tag, at)
        if at > len(data):
            raise ValueError(f"it ends in the middle of a field, at byte {start}")
        if tag in (_PACKED, _UNPACKED) and (at - value) % 4 != 0:
            raise ValueError(f"a field of {at - value} bytes does not end on a whole float, at byte {start}")
        if tag in (_PACKED, _UNPACKED):
            scores.append(view[value:at])
        else:
            rest.append(view[start:at])
    return scores, b"".join(rest)


def _skip(data: bytes, tag: int, at: int):
    """Where a field's value begins, its length left out, and where it ends, which may be beyond the data."""
    kind = tag & 7
    if kind == 0:
        return at, _varint(data, at)[1]
    if kind == 2:
        length, at = _varint(data, at)
        return at, at + length
    if kind in (1, 5):
        return at, at + (8 if kind == 1 else 4)
    if kind != 3:
        raise ValueError(f"a field of kind {kind} begins before byte {at}")
    # A group of a field that is not known: it ends where its own end is, behind those of the groups in it.
    value, open_groups = at, [tag >> 3]
    while open_groups:
        tag, at = _varint(data, at)
        if tag & 7 == 3:
            open_groups.append(tag >> 3)
        elif tag & 7 != 4:
            _, at = _skip(data, tag, at)
        elif open_groups.pop() != tag >> 3:
            raise ValueError(f"a group ends that has not begun, before byte {at}")
    return value, at


def _varint(data: bytes, at: int):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
