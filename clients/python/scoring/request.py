"""Messages of rows to score."""

from dataclasses import dataclass
from typing import NamedTuple, Optional, Sequence, Union

import numpy as np

from scoring.asked import Asked
from scoring.v1 import scoring_pb2 as pb

_TYPES = {"float32": pb.DATA_TYPE_FP32, "float16": pb.DATA_TYPE_FP16, "float64": pb.DATA_TYPE_FP64}
_OUTPUTS = {name.removeprefix("OUTPUT_").lower(): value for name, value in pb.Output.items()}
_NON_FINITE = {name.removeprefix("NON_FINITE_").lower(): value for name, value in pb.NonFinite.items()}


class Message(NamedTuple):
    """A request as it is sent."""

    data: bytes
    asked: Asked


@dataclass
class Request:
    """One message of rows.

    logits: (rows, classes), or (classes,) for one row; float16, float32 and float64 are sent as they are, all else as float64.
    outputs: of scores, top_k, decisions, log_sum_exp, entropy, loss, labels; one by itself, or several. Empty: scores.
    targets: for the loss, one class index for each row (softmax), or (rows, classes) of 0 and 1 (sigmoid); target_labels instead of them.
    non_finite: reject, flag or propagate; what happens to rows that have no score.
    """

    logits: np.ndarray
    head: str = "softmax"
    outputs: Union[str, Sequence[str]] = ()
    top_k: int = 0
    temperature: Optional[float] = None
    targets: Optional[np.ndarray] = None
    target_labels: Union[str, Sequence[str]] = ()
    non_finite: str = "reject"
    traceparent: str = ""

    def encode(self, id: int) -> Message:
        """The logits go as bytes, which costs a copy and no loop over them."""
        logits = np.atleast_2d(_unmasked("logits", self.logits))
        if logits.ndim != 2:
            raise ValueError(f"logits have shape {logits.shape}; they must be (rows, classes), or (classes,)")
        if np.iscomplexobj(logits):
            raise ValueError(f"logits are {logits.dtype.name}; they must be real")
        if logits.size == 0 and logits.shape[0] > 1:
            raise ValueError(f"logits have shape {logits.shape}: rows without a logit")
        if logits.dtype.name not in _TYPES:
            logits = _doubles(logits)
        outputs = _several(self.outputs)
        message = pb.ScoreRequest(
            id=id,
            head=self.head,
            classes=logits.shape[1],
            data=logits.astype(logits.dtype.newbyteorder("<"), copy=False).tobytes(),
            data_type=_TYPES[logits.dtype.name],
            outputs=[_number("output", _OUTPUTS, name) for name in outputs],
            top_k=self.top_k,
            target_labels=_several(self.target_labels),
            non_finite=_number("non_finite", _NON_FINITE, self.non_finite),
            traceparent=self.traceparent,
        )
        if self.temperature is not None:
            message.temperature = self.temperature
        if self.targets is not None:
            targets = _unmasked("targets", self.targets)
            if targets.ndim > 1 and targets.shape[0] != logits.shape[0]:
                raise ValueError(f"targets have shape {targets.shape}, and logits {logits.shape}: there must be as many rows")
            message.targets.extend(targets.ravel().tolist())
        return Message(message.SerializeToString(), Asked(*logits.shape, frozenset(outputs or ("scores",)), self.top_k))


def encode(item, id: int) -> Message:
    """A request, or an array of logits for the softmax head."""
    return (item if isinstance(item, Request) else Request(item)).encode(id)


def _several(names: Union[str, Sequence[str]]) -> Sequence[str]:
    """A string is one name: its letters would be taken for names otherwise."""
    return (names,) if isinstance(names, str) else names


def _unmasked(what, values) -> np.ndarray:
    """Of what is masked, or a list of such, NumPy would give the numbers behind the mask."""
    if isinstance(values, (np.ma.MaskedArray, list, tuple)) and np.ma.is_masked(np.ma.asarray(values)):
        raise ValueError(f"{what} are masked, and a mask is not sent: fill them first, as with logits.filled(-numpy.inf)")
    return np.asarray(values)


def _doubles(logits: np.ndarray) -> np.ndarray:
    """NumPy would make numbers of dates and of texts, too, and an infinity of what a double cannot hold."""
    if logits.dtype.kind not in "biuf":
        raise ValueError(f"logits are {logits.dtype.name}; they must be numbers")
    with np.errstate(over="ignore"):
        doubles = logits.astype(np.float64)
    if (np.isinf(doubles) & ~np.isinf(logits)).any():
        raise ValueError(f"logits are {logits.dtype.name}, and one is more than float64 holds; a masked class is -inf")
    return doubles


def _number(what, numbers, name):
    if name not in numbers:
        raise ValueError(f"{what} '{name}' is none of {', '.join(numbers)}")
    return numbers[name]
