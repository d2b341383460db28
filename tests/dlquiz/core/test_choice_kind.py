"""Kind choice: options are computed, one of them is right, and a wrong one says what is behind it."""

from dataclasses import replace
from typing import Any

import pytest
from samples import assert_samples, ran, text

from dlquiz.core.calls import CallTemplate
from dlquiz.core.expressions import Unreadable, parse
from dlquiz.core.formulas import Formula
from dlquiz.core.kinds.choice import Choice, Option
from dlquiz.core.kinds.computed import Answer, Misconception, OtherConvention
from dlquiz.core.verdicts import Level, Result, Truth, Unsettled

D = {"d": 8, "asked": [0, 1, 2]}


def formula(written: str) -> Formula:
    return Formula((parse(written, ["d"]),))


def option(value: str, **changes: Any) -> Option:
    return Option(value=formula(value), **changes)


def weights(**changes: Any) -> Choice:
    given: dict[str, Any] = {
        "bank": "attention",
        "topic": "attention",
        "id": "weights",
        "prompt": text("How many weights?"),
        "answer": Answer(formula=formula("4*d^2"), engine=(CallTemplate("attention.num_params"),)),
        "choices": (
            option("4*d^2", say=text("four matrices")),
            option("3*d^2", say=text("three matrices"), why=text("The output matrix is missing."), id="no-output"),
            option("d^2", say=text("one matrix")),
        ),
    }
    return Choice(**{**given, **changes})


def settled(question: Choice, values: dict[str, Any] = D, *found: Any) -> Truth:
    return question.settle(values, [ran(value) for value in found or (256,)])


def test_the_option_that_equals_the_answer_is_right() -> None:
    question = weights()
    truth = settled(question)
    assert truth.options == (256, 192, 64)
    assert truth.level is Level.PROVED
    assert question.expected(truth, "en") == "1"
    assert question.mark(question.read("1", D), truth, D).result is Result.RIGHT


def test_the_right_option_is_found_wherever_it_stands() -> None:
    question, values = weights(), {"d": 8, "asked": [2, 1, 0]}
    truth = settled(question, values)
    assert question.expected(truth, "en") == "3"
    assert question.mark(question.read("c", values), truth, values).result is Result.RIGHT
    assert question.mark(question.read("1", values), truth, values).result is Result.WRONG


def test_a_wrong_option_names_the_idea_behind_it() -> None:
    question = weights()
    verdict = question.mark(question.read("2", D), settled(question), D)
    assert [diagnosis.id for diagnosis in verdict.diagnoses] == ["no-output"]
    assert question.reason(verdict, "en") == "Option 1, not 2."
    shown = [(one.number, one.right, one.remark) for one in question.shown(verdict, D)]
    assert shown == [(1, True, "256"), (2, False, "192"), (3, None, "64")]


def test_a_wrong_option_without_words_for_it_is_just_wrong() -> None:
    verdict = weights().mark(weights().read("3", D), settled(weights()), D)
    assert verdict.result is Result.WRONG
    assert verdict.diagnoses == ()


def test_an_option_without_words_shows_its_value() -> None:
    bare = weights(choices=(option("4*d^2"), option("3*d^2"), option("d^2")))
    assert [one.fill("en", D) for one in bare.options(D)] == ["256", "192", "64"]


def test_legs_that_disagree_are_a_conflict() -> None:
    assert "gives 255, 4*d^2 gives 256" in str(settled(weights(), D, 255).conflict)


def test_several_right_options_are_a_conflict() -> None:
    truth = settled(weights(), {"d": 0, "asked": [0, 1, 2]}, 0)
    assert truth.conflict == "the options 1, 2 and 3 all equal the answer 0"


def test_an_answer_that_no_option_has_is_a_conflict() -> None:
    none = weights(choices=(option("3*d^2"), option("2*d^2"), option("d^2")))
    assert settled(none).conflict == "no option equals the answer 256"


def test_options_may_be_engine_calls() -> None:
    engine = Option(say=text("the real layer"), engine=CallTemplate("attention.num_params"))
    question = weights(choices=(option("d^2"), engine, option("2*d^2")))
    assert len(question.calls(D)) == 2
    assert settled(question, D, 256, 256).options == (64, 256, 128)
    swapped = {"d": 8, "asked": [1, 0, 2]}
    assert settled(question, swapped, 256, 256).options == (256, 64, 128)


def test_an_option_of_zero_is_a_value() -> None:
    question = weights(
        answer=Answer(formula=formula("0*d"), engine=(CallTemplate("f"),)),
        choices=(option("0*d"), option("d"), option("2*d")),
    )
    truth = settled(question, D, 0)
    assert truth.conflict is None
    assert question.expected(truth, "en") == "1"


def test_an_option_without_a_value_here_settles_nothing() -> None:
    with pytest.raises(Unsettled, match=r"1/\(d - 8\)"):
        settled(weights(choices=(option("4*d^2"), option("1/(d - 8)"), option("d"))))


def test_an_option_under_another_convention_is_right_elsewhere() -> None:
    other = OtherConvention(formula=formula("3*d^2"), says=text("Without the output matrix."))
    question = weights(other_conventions=(other,))
    assert question.mark(question.read("2", D), settled(question), D).result is Result.ELSEWHERE


@pytest.mark.parametrize(("typed", "at"), [("", 0), ("4", 0), ("1 2", 2), ("0", 0), ("x", 0), ("one", 0), ("①", 0)])
def test_what_names_no_option_is_refused_at_its_place(typed: str, at: int) -> None:
    with pytest.raises(Unreadable) as error:
        weights().read(typed, D)
    assert error.value.position == at
    assert error.value.said("zh") != error.value.reason


@pytest.mark.parametrize("typed", ["2", " 2.", "(2)", "b", "B)", "２", "2、"])
def test_an_option_is_named_as_people_do(typed: str) -> None:
    assert weights().read(typed, D).value == 2


def test_every_order_is_drawn_and_the_same_again() -> None:
    drawn = [tuple(weights().draw(seed)["asked"]) for seed in range(100)]
    assert set(map(tuple, map(sorted, drawn))) == {(0, 1, 2)}
    assert len(set(drawn)) == 6
    assert drawn == [tuple(weights().draw(seed)["asked"]) for seed in range(100)]


def test_samples_are_marked_as_they_say() -> None:
    question = weights()
    for asked in ([0, 1, 2], [2, 0, 1]):
        values = {"d": 8, "asked": asked}
        truth = settled(question, values)
        assert_samples(question, values, truth)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"choices": (option("d"), option("2*d"))}, "there are 2 options"),
        ({"choices": tuple(option(f"{n}*d") for n in range(1, 11))}, "there are 10 options"),
        ({"choices": (*weights().choices[:2], Option(say=text("nothing")))}, "either a value or an engine call"),
        ({"choices": (*weights().choices[:2], Option(engine=CallTemplate("f")))}, "needs words"),
        ({"choices": (weights().choices[1], *weights().choices)}, "'no-output' is used twice"),
        ({"misconceptions": (Misconception(id="x", formula=formula("d"), says=text("y")),)}, "its wrong ideas"),
    ],
)
def test_what_contradicts_itself_is_a_fault(changes: dict[str, Any], said: str) -> None:
    assert not list(weights().faults())
    assert any(said in fault.message for fault in replace(weights(), **changes).faults())
