"""Wrong values within a tolerance: which are noticed, how many may pass, and the tolerance that refuses them."""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest

from dlquiz.banks.proving.slipped import Slipped, noticed, slips, worth
from dlquiz.banks.reading import read_bank
from dlquiz.core.kinds.computed import Computed, Tolerance
from dlquiz.core.verdicts import Level, Truth

BANK = """dlquiz: 1
bank: tried
topic: cnn
title: Tried
questions:
  - id: tried
    kind: number
    prompt: "{{x}} and {{y}}?"
    params: {x: {int: [1, 200]}, y: {int: [1, 200]}}
    answer: {formula: FORMULA, tolerance: TOLERANCE, engine: {call: same, with: {x: x}}}
    misconceptions: [IDEAS]
"""


def question(formula: str, tolerance: str = "{rel: 0.01}", ideas: str = "") -> Computed:
    text = BANK.replace("FORMULA", formula).replace("TOLERANCE", tolerance).replace("IDEAS", ideas)
    bank, complaints = read_bank(text, "tried.yaml")
    assert bank is not None, complaints
    (found,) = bank.questions
    assert isinstance(found, Computed)
    return found


def seen(asked: Computed, *settings: Mapping[str, Any]) -> tuple[str, str] | None:
    assert asked.answer.formula is not None
    assert asked.answer.tolerance is not None
    slipped = Slipped(asked, asked.answer.tolerance)
    for values in settings:
        wrong = {idea.id: idea.formula and worth(asked, idea.formula, values) for idea in asked.misconceptions}
        slipped.see(Truth(asked.worth(asked.answer.formula, values), (), Level.PROVED, wrong), values)
    return slipped.problem


@pytest.mark.parametrize(
    ("value", "truth", "is_noticed"),
    [
        (1.006, 1, True),
        (1.004, 1, False),
        (Fraction(201, 200), 1, False),
        (0, 5e-17, False),
        (1e-3, 0, True),
        (10**400, 1, False),
        (None, 1, False),
        (True, 1, False),
        (float("nan"), 1, False),
    ],
)
def test_what_could_be_the_answer_rounded_is_not_noticed(value: Any, truth: Any, is_noticed: bool) -> None:
    assert noticed(value, truth) is is_noticed


def test_a_slip_that_passes_is_told_with_an_instance_and_a_tolerance_that_refuses_it() -> None:
    asked = question("x + y")
    assert seen(asked, {"x": 100, "y": 1}) is not None
    message, fix = seen(asked, {"x": 130, "y": 1}, {"x": 2, "y": 4}) or ("", "")
    times = "the tolerance takes 'x' for the answer on 1 of 2 instances"
    assert message == f"{times}; with x=130, y=1 it gives 130 beside 131"
    assert fix == "narrow the tolerance to {rel: 0.007}, or draw values that tell the two apart"
    assert seen(question("x + y", "{rel: 0.007}"), {"x": 130, "y": 1}, {"x": 2, "y": 4}) is None


def test_one_instance_in_fifty_is_too_few_to_tell() -> None:
    asked = question("x*y")
    apart = [{"x": 10, "y": 20 + number} for number in range(49)]
    near = {"x": 125, "y": 126}
    assert seen(asked, *apart, near) is None
    assert seen(asked, *apart[:-1], near) is not None


def test_instances_on_which_nobody_notices_a_difference_count_as_tried() -> None:
    asked = question("x + y")
    alike = [{"x": 130, "y": 0}] * 49
    assert seen(asked, *alike, {"x": 130, "y": 1}) is None
    message, _ = seen(asked, *alike[1:], {"x": 130, "y": 1}) or ("", "")
    assert " on 1 of 49 instances; with x=130, y=1 it gives 130 beside 131" in message


def test_the_tolerance_that_is_named_refuses_what_is_quoted() -> None:
    settings = [{"x": 10 * number, "y": number} for number in range(60, 160)]
    _, fix = seen(question("x + y", "{rel: 0.2}"), *settings) or ("", "")
    named = re.search(r"\{rel: [\d.]+\}", fix)
    assert named is not None
    assert seen(question("x + y", named[0]), *settings) is None


def test_answers_of_different_sizes_get_a_share() -> None:
    ideas = '{id: larger, formula: 1.01*x, says: "Larger."}'
    alike, apart = ([{"x": x, "y": 1} for x in sizes] for sizes in ((90, 100), (1, 100, 200)))
    assert "{abs: 0.8}" in (seen(question("x", "{abs: 5}", ideas), *alike) or ("", ""))[1]
    assert "{rel: 0.009}" in (seen(question("x", "{abs: 5}", ideas), *apart) or ("", ""))[1]


def test_the_work_is_bounded() -> None:
    short, long = (question(" + ".join(["x*y"] * count)) for count in (1, 60))
    tried = [Slipped(asked, Tolerance(rel=Fraction(1, 100))).instances for asked in (short, long)]
    assert tried == [200, 8]
    assert len(slips(long)) == 64


def test_a_wrong_idea_that_passes_is_told_by_its_name() -> None:
    asked = question("x", ideas='{id: one-more, formula: x + 1, says: "One."}')
    assert "takes 'one-more' for the answer; with x=120" in (seen(asked, {"x": 120, "y": 1}) or "")[0]
    assert seen(asked, {"x": 20, "y": 1}) is None
    assert seen(asked, {"x": 300, "y": 1}) is None, "1 in 300 could be a rounding"


def test_a_slip_without_a_value_is_let_alone() -> None:
    asked = question("x/(y + 1)")
    assert [str(slip) for slip in slips(asked)].count("x/(y - 1)") == 1
    assert seen(asked, {"x": 1, "y": 1}) is None
