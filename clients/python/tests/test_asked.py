import grpc
import numpy as np
import pytest

import scoring
from scoring.v1 import scoring_pb2 as pb

LOGITS = np.zeros((2, 3), np.float32)
ALL = ["scores", "top_k", "labels", "decisions", "log_sum_exp", "entropy", "loss"]


def answer(groups=1, **changed):
    """What comes of every output of two rows of three classes, with the best two of each group."""
    fields = {
        "rows": 2,
        "classes": 3,
        "scores": 6,
        "top_indices": 4 * groups,
        "top_scores": 4 * groups,
        "top_labels": 4 * groups,
        "log_sum_exp": 2 * groups,
        "entropy": 2 * groups,
        "losses": 2 * groups,
        "decisions": 6,
    } | changed
    values = {name: value if name in ("rows", "classes") else ["" if name == "top_labels" else 1] * value for name, value in fields.items()}
    return scoring.Result(pb.ScoreResponse(**values).SerializeToString())


def test_a_result_says_in_short_what_it_has():
    assert repr(answer()) == "Result(id=0, rows=2, classes=3, outputs=[scores, top_k, decisions, log_sum_exp, entropy, loss, labels])"
    assert repr(scoring.Result(pb.ScoreResponse(id=7, rows=1, classes=3, entropy=[1]).SerializeToString())) == "Result(id=7, rows=1, classes=3, outputs=[entropy])"
    refused = scoring.Result.refused(8, grpc.StatusCode.NOT_FOUND, "no such head")
    assert repr(refused) == "Result(id=8, error=ScoringError('NOT_FOUND: no such head'))"


def test_an_output_that_is_not_there_is_empty():
    result = scoring.Result(pb.ScoreResponse(rows=2, classes=3).SerializeToString())
    assert result.scores.shape == result.top_indices.shape == result.top_scores.shape == result.decisions.shape == (2, 0)
    assert result.log_sum_exp.shape == result.entropy.shape == result.losses.shape == result.invalid_rows.shape == (0,)
    assert result.top_labels == [[], []]


def test_numbers_that_are_not_packed_are_read_too():
    unpacked = pb.ScoreResponse(rows=1, classes=2).SerializeToString() + bytes.fromhex("2d0000803f" "2d00000040")
    assert scoring.Result(unpacked).scores.tolist() == [[1, 2]]


@pytest.mark.parametrize("kind", ["fb07fc0f", "fb07fb0ffc07fc0f", "fc07", "fe07", "fb07", "fb072a04"], ids=str)
def test_a_group_that_does_not_end_where_it_is_to_is_no_answer(kind):
    with pytest.raises(scoring.ScoringError, match="no ScoreResponse") as refused:
        scoring.Result(pb.ScoreResponse(rows=1, classes=2).SerializeToString() + bytes.fromhex(kind))
    assert refused.value.code is grpc.StatusCode.INTERNAL


def test_an_answer_that_names_what_is_not_there_does_not_fit():
    best = {"rows": 2, "classes": 3, "top_scores": [0] * 2, "scores": [0] * 6}
    asked = scoring.Request(LOGITS, outputs=["scores", "top_k"]).encode(0).asked
    for named in ({"top_indices": [0, 3]}, {"top_indices": [0, 0], "invalid_rows": [2]}):
        with pytest.raises(scoring.ScoringError, match="that is not there"):
            scoring.Result(pb.ScoreResponse(**best, **named).SerializeToString()).check(0, asked)
    scoring.Result(pb.ScoreResponse(**best, top_indices=[2, 4294967295], invalid_rows=[1]).SerializeToString()).check(0, asked)


def check(result, logits=LOGITS, outputs=ALL):
    result.check(0, scoring.Request(logits, outputs=outputs, top_k=2).encode(0).asked)


@pytest.mark.parametrize("groups", [1, 3])
def test_an_answer_with_all_that_was_asked_for_fits(groups):
    check(answer(groups))


def test_what_was_not_asked_for_may_be_missing():
    nothing = dict.fromkeys(["top_indices", "top_scores", "top_labels", "log_sum_exp", "entropy", "losses", "decisions"], 0)
    check(answer(**nothing), outputs=[])
    check(answer(top_labels=0), outputs=[name for name in ALL if name != "labels"])


def test_an_answer_to_no_rows_has_no_numbers():
    nothing = dict.fromkeys(["scores", "top_indices", "top_scores", "top_labels", "log_sum_exp", "entropy", "losses", "decisions"], 0)
    check(answer(rows=0, **nothing), logits=LOGITS[:0])
    check(answer(rows=0, **nothing), logits=np.zeros((0, 0), np.float32))
    empty = scoring.Result(pb.ScoreResponse(rows=0, classes=3).SerializeToString())
    assert empty.scores.shape == empty.decisions.shape == (0, 3)
    with pytest.raises(scoring.ScoringError, match="does not fit"):
        check(answer(), logits=np.zeros((0, 0), np.float32))


@pytest.mark.parametrize(
    "changed",
    [
        {"rows": 3},
        {"classes": 2},
        {"scores": 5},
        {"scores": 0},
        {"scores": 12},
        {"decisions": 7},
        {"top_indices": 3},
        {"top_scores": 2},
        {"top_labels": 1},
        {"top_labels": 0},
        {"log_sum_exp": 1},
        {"entropy": 0},
        {"losses": 3},
    ],
    ids=str,
)
def test_an_answer_of_another_size_does_not_fit(changed):
    with pytest.raises(scoring.ScoringError, match="does not fit") as refused:
        check(answer(**changed))
    assert refused.value.code is grpc.StatusCode.INTERNAL
