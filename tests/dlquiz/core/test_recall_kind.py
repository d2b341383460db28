"""Kind recall: what is revealed is run, its level is the lowest, and the learner's grade is the verdict."""

from dataclasses import replace
from typing import Any

import pytest
from samples import assert_samples, claims, conv_size, mean, ran, text

from dlquiz.core.expressions import Unreadable
from dlquiz.core.kinds.recall import Recall
from dlquiz.core.questions import Instance, Question
from dlquiz.core.scheduling import Rating
from dlquiz.core.session import Attempt
from dlquiz.core.verdicts import Level, Result, Truth, Unsettled

CONV = replace(conv_size(), topic="cnn", explain=text("because"))
CLAIMS = replace(claims(), topic="cnn")
KNOWN: dict[str, Question] = {"convolution/conv-output-size": CONV, "norm/claims": CLAIMS}


def card(*names: str) -> Recall:
    reveals = names or ("conv-output-size", "norm/claims#c2", "norm/claims#c3")
    return Recall(bank="convolution", topic="cnn", id="interview", prompt=text("Explain."), reveals=reveals)


def linked(*names: str) -> Recall:
    return card(*names).linked(KNOWN)


def settled(values: dict[str, Any], size: int | None = None, **changes: Any) -> Truth:
    question = linked()
    own = values["conv-output-size"]
    right = (own["n"] + 2 * own["p"] - own["k"]) // own["s"] + 1
    found = [size or right, True, False, False, True]
    return question.settle(values, [ran(value, **changes) for value in found])


def test_every_point_is_run() -> None:
    question = linked()
    values = question.draw(3)
    assert [call.function for call in question.calls(values)] == ["conv.output_size", *["norm.claim"] * 4]
    truth = settled(values)
    assert (truth.level, truth.conflict, len(truth.legs)) == (Level.PROVED, None, 6)


def test_the_level_is_the_lowest_of_what_is_revealed() -> None:
    question = Recall(bank="norm", topic="cnn", id="x", prompt=text("?"), reveals=("mean",))
    lower = replace(mean(None), bank="norm", topic="cnn")
    lower = replace(lower, answer=replace(lower.answer, formula=None))
    both = replace(question, reveals=("mean", "claims#c2")).linked({**KNOWN, "norm/mean": lower})
    assert both.settle(both.draw(0), [ran(3), ran(True), ran(False)]).level is Level.COMPUTED


def test_a_point_in_conflict_is_the_cards_conflict() -> None:
    values = linked().draw(3)
    assert "gives 999" in str(settled(values, 999).conflict)


def test_what_failed_settles_nothing() -> None:
    with pytest.raises(Unsettled):
        linked().settle(linked().draw(0), [ran("x")] * 5)


def test_what_is_shown_is_each_claim_and_each_answer() -> None:
    question = linked()
    values = question.draw(3)
    shown = question.revealed(settled(values), values)
    told = [point.text.fill("en", {}) for point in shown]
    assert told[0].startswith("How high? Answer: ")
    assert told[0].endswith("because")
    assert told[1:] == ["claim 2 why 2", "claim 3 why 3"]
    assert [point.right for point in shown] == [None, True, False]


@pytest.mark.parametrize(
    ("typed", "grade", "result"),
    [("1", 1, Result.WRONG), ("2", 2, Result.RIGHT), ("good", 3, Result.RIGHT), (" ４ ", 4, Result.RIGHT)],
)
def test_the_grade_is_the_learners_own(typed: str, grade: int, result: Result) -> None:
    question = linked()
    values = question.draw(3)
    verdict = question.mark(question.read(typed, values), settled(values), values)
    assert (verdict.result, verdict.grade) == (result, grade)
    assert Attempt(Instance(question, 3, values), 0, hints=1).rating(verdict) is Rating(grade)
    for language in ("en", "zh"):
        assert question.reason(verdict, language)


@pytest.mark.parametrize(("first", "then", "result"), [("1", 2, Result.RIGHT), ("3", 1, Result.WRONG)])
def test_another_grade_is_another_result(first: str, then: int, result: Result) -> None:
    question = linked()
    values = question.draw(3)
    verdict = question.mark(question.read(first, values), settled(values), values).regraded(then)
    assert (verdict.result, verdict.score, verdict.grade) == (result, float(result is Result.RIGHT), then)


@pytest.mark.parametrize("typed", ["", "0", "5", "3 4", "fine"])
def test_what_is_no_grade_is_refused(typed: str) -> None:
    with pytest.raises(Unreadable, match="from 1"):
        linked().read(typed, {})


@pytest.mark.parametrize("name", ["conv-output", "norm/claims", "norm/claims#c9", "conv-output-size#c1", "claims#c1"])
def test_a_name_that_is_not_there_is_said(name: str) -> None:
    with pytest.raises(KeyError, match=name):
        linked(name)


def test_another_topic_and_another_card_are_not_revealed() -> None:
    elsewhere = {"convolution/conv-output-size": replace(CONV, topic="rnn")}
    with pytest.raises(KeyError):
        card("conv-output-size").linked(elsewhere)
    with pytest.raises(KeyError):
        card("other").linked({"convolution/other": card("conv-output-size")})


def test_what_contradicts_itself_is_a_fault() -> None:
    assert not list(card().faults())
    assert [fault.message for fault in replace(card(), reveals=()).faults()] == ["nothing is revealed"]
    assert [fault.message for fault in card("a", "a").faults()] == ["'a' is revealed twice"]


def test_samples_are_marked_as_they_say() -> None:
    question = linked()
    values = question.draw(3)
    truth = settled(values)
    assert_samples(question, values, truth)


def test_an_instance_comes_out_the_same_again() -> None:
    assert linked().draw(5) == linked().draw(5) != linked().draw(6)
