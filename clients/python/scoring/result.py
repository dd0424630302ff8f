"""Answers of the service."""

from typing import List, Optional

import grpc
import numpy as np

from scoring.errors import ScoringError
from scoring.v1 import scoring_pb2 as pb

_SCORES = (pb.ScoreResponse.DESCRIPTOR.fields_by_name["scores"].number << 3) | 2


class Result:
    """The answer to one message. Of a message that could not be scored `error` tells why, and what it was asked for raises it."""

    def __init__(self, data: bytes):
        scores, rest = _split(data)
        self._message = pb.ScoreResponse.FromString(rest)
        self._scores = np.frombuffer(b"".join(scores), "<f4")
        self.id: int = self._message.id
        self.error: Optional[ScoringError] = ScoringError.of_message(self._message.error) if self._message.HasField("error") else None

    @classmethod
    def refused(cls, id: int, code: grpc.StatusCode, message: str) -> "Result":
        """Of a message that the service cannot answer itself."""
        return cls(pb.ScoreResponse(id=id, error=pb.Error(code=code.value[0], message=message)).SerializeToString())

    def raise_for_error(self) -> "Result":
        """Raises the error, if there is one."""
        if self.error is not None:
            raise self.error
        return self

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
        return self._scores.reshape(self.rows, -1 if self._scores.size else 0)

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
        return self._wide(self._scored.decisions, np.uint32)

    @property
    def invalid_rows(self) -> np.ndarray:
        """With non_finite="flag": the rows that have no score, ascending."""
        return np.fromiter(self._scored.invalid_rows, np.uint32, len(self._scored.invalid_rows))

    @property
    def _scored(self) -> pb.ScoreResponse:
        self.raise_for_error()
        return self._message

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
        kind = tag & 7
        if kind == 2:
            length, at = _varint(data, at)
            if tag == _SCORES:
                scores.append(view[at : at + length])
                at += length
                continue
            at += length
        elif kind == 0:
            _, at = _varint(data, at)
        else:
            at += 8 if kind == 1 else 4
        rest.append(view[start:at])
    return scores, b"".join(rest)


def _varint(data: bytes, at: int):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
