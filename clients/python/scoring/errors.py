"""What is told of a message or a call that was not answered with scores."""

from typing import Optional, Sequence

import grpc
from google.protobuf.message import DecodeError

from scoring.v1 import scoring_pb2 as pb

_CODES = {code.value[0]: code for code in grpc.StatusCode}
_ERROR_TRAILER = "scoring-error-bin"
# What gRPC says of an answer that is compressed all the same; its code, UNIMPLEMENTED, would be the service's word.
_COMPRESSED = "Compression algorithm"


class ScoringError(Exception):
    """Why a message could not be scored, or a call broke.

    code is a grpc.StatusCode; row and column, from 0, say where in the message, and are None where the fault is in no one place. retry_after is seconds to wait
    before the message is worth sending again, None where waiting does not help. unanswered: where a stream ended, the ids of the messages without an answer.
    """

    def __init__(self, code, message, row=None, column=None, retry_after=None, unanswered: Sequence[int] = ()):
        text = f"{code.name}: {message}"
        if unanswered:
            text += f"; messages {unanswered[0]} to {unanswered[-1]} were not answered"
        super().__init__(text)
        self.code = code
        self.message = message
        self.row = row
        self.column = column
        self.retry_after = retry_after
        self.unanswered = list(unanswered)

    @classmethod
    def of_message(cls, error: pb.Error) -> "ScoringError":
        return cls(
            _CODES.get(error.code, grpc.StatusCode.UNKNOWN),
            error.message,
            error.row if error.HasField("row") else None,
            error.column if error.HasField("column") else None,
            error.retry_after_ms / 1000 or None,
        )

    @classmethod
    def of_call(cls, error: grpc.RpcError) -> "ScoringError":
        for key, value in error.trailing_metadata() or ():
            if key == _ERROR_TRAILER and (told := _error_of(value)) is not None:
                return cls.of_message(told)
        details = error.details() or "the call failed"
        return cls(grpc.StatusCode.INTERNAL if details.startswith(_COMPRESSED) else error.code(), details)

    def leaving(self, unanswered: Sequence[int]) -> "ScoringError":
        """The same, with what the stream leaves without an answer."""
        return ScoringError(self.code, self.message, self.row, self.column, self.retry_after, unanswered)


def _error_of(trailer: bytes) -> Optional[pb.Error]:
    """None where it is none, which somebody on the way may have made: the status is all there is then."""
    try:
        error = pb.Error.FromString(trailer)
    except DecodeError:
        return None
    return error if error.code else None
