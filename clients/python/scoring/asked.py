"""What a message asks for, which its answer has to fit."""

from dataclasses import dataclass
from typing import FrozenSet

import grpc

from scoring.errors import ScoringError

_NO_CLASS = 4294967295  # of a row that has no score


@dataclass(frozen=True)
class Asked:
    """The shape of the logits, and what is to come back of them. 0 classes: there is no logit, and the head knows how many a row would have."""

    rows: int
    classes: int
    outputs: FrozenSet[str]
    top_k: int

    def check(self, answer, scores: int) -> None:
        """Raises for an answer of another shape, or without what was asked for: its numbers would be taken for those of other rows. Groups of classes, which the
        service alone knows, make the numbers of a row as many times more."""
        fits = (answer.rows, answer.classes) == (self.rows, self.classes) if self.classes else answer.rows == 0
        if not fits:
            raise _misfit(f"{answer.rows} rows of {answer.classes} classes came for {self.rows} rows of {self.classes}")
        cells = answer.rows * answer.classes
        self._check("scores", scores, cells, cells)
        self._check("decisions", len(answer.decisions), cells, cells)
        self._check("top_k", len(answer.top_indices), answer.rows * max(self.top_k, 1))
        for name, count in (("log_sum_exp", len(answer.log_sum_exp)), ("entropy", len(answer.entropy)), ("loss", len(answer.losses))):
            self._check(name, count, answer.rows)
        labels_fit = len(answer.top_labels) == len(answer.top_indices) or not answer.top_labels and "labels" not in self.outputs
        if len(answer.top_scores) != len(answer.top_indices) or not labels_fit:
            raise _misfit("top_k has not as many scores or labels as indices")
        if any(answer.classes <= index != _NO_CLASS for index in answer.top_indices) or any(row >= answer.rows for row in answer.invalid_rows):
            raise _misfit("it names a class or a row that is not there")

    def _check(self, name: str, count: int, unit: int, most: float = float("inf")) -> None:
        """A number that was not asked for is not there, or as many times as if it was."""
        fits = unit <= count <= most and count % unit == 0 if unit else count == 0
        if not fits and (count or name in self.outputs):
            raise _misfit(f"{name} are {count} numbers, for {self.rows} rows of {self.classes} classes")


def _misfit(message: str) -> ScoringError:
    return ScoringError(grpc.StatusCode.INTERNAL, f"an answer does not fit its message: {message}")
