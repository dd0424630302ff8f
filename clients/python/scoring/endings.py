"""What of a call's end is worth another call. A call changes nothing, so it may be made again."""

import grpc

from scoring.errors import ScoringError

# How gRPC's core tells a reset, and an end without trailers. Their codes may also be the service's own.
_RESET = "Received RST_STREAM"
_NO_TRAILERS = ("Stream removed", "No status received")


def is_away(failure: ScoringError) -> bool:
    """The service went away, or the way to it: another call may find it."""
    return failure.code is grpc.StatusCode.UNAVAILABLE or failure.code is grpc.StatusCode.UNKNOWN and failure.message in _NO_TRAILERS


def is_cut(failure: ScoringError) -> bool:
    """This one call was cut off: by something on the way, or because of what is in it."""
    return failure.code is grpc.StatusCode.CANCELLED or failure.message.startswith(_RESET)
