"""The laboratory: parameters move inside their domains, what is derived follows, and every value is computed anew."""

from fractions import Fraction

import pytest
from samples import claims, conv_size, formula, mean, ran, text

from dlquiz.core.calls import CallTemplate
from dlquiz.core.domains import Choice, Derived, Domain, FloatRange, IntRange, Parameter
from dlquiz.core.expressions import parse
from dlquiz.core.kinds.computed import Misconception
from dlquiz.core.laboratory import Laboratory, suits
from dlquiz.core.oracle import Call, Failed

VALUES = {"n": 20, "k": 7, "s": 2, "p": 3}


def bench() -> Laboratory:
    return Laboratory(conv_size(), VALUES)


def test_a_parameter_moves_among_its_values_and_stops_at_their_ends() -> None:
    laboratory = bench()
    assert list(laboratory.knobs) == ["n", "k", "s", "p"]
    laboratory.turn("n", 1)
    laboratory.turn("k", 5)
    laboratory.turn("s", -9)
    assert laboratory.values == {"n": 21, "k": 9, "s": 1, "p": 3}
    laboratory.reset()
    assert laboratory.values == VALUES


def test_a_decimal_moves_exactly() -> None:
    domain = Domain({"n": FloatRange(0.1, 0.9, 0.1), "k": Choice((7,))})
    laboratory = Laboratory(conv_size(domain=domain), {"n": Fraction(1, 5), "k": 7})
    assert list(laboratory.knobs) == ["n"]
    laboratory.turn("n", 1)
    assert laboratory.values["n"] == Fraction(3, 10)


def test_what_is_derived_follows_and_cannot_be_turned() -> None:
    parameters: dict[str, Parameter] = {"n": IntRange(1, 9), "k": Derived(parse("2*n", ["n"]))}
    laboratory = Laboratory(conv_size(domain=Domain(parameters)), {"n": 3, "k": 6})
    laboratory.turn("n", 2)
    assert laboratory.values == {"n": 5, "k": 10}
    assert list(laboratory.knobs) == ["n"]


def test_conditions_that_the_setting_breaks_are_named() -> None:
    domain = Domain({"n": IntRange(1, 9), "k": IntRange(1, 9)}, (parse("k < n", ["k", "n"]), parse("k > 0", ["k"])))
    laboratory = Laboratory(conv_size(domain=domain), {"n": 3, "k": 2})
    assert laboratory.unasked() == []
    laboratory.turn("k", 1)
    assert laboratory.unasked() == ["k < n"]


def test_results_are_the_run_the_formula_and_every_idea() -> None:
    laboratory = bench()
    laboratory.turn("n", 2)
    (call,) = laboratory.calls()
    assert call.arguments == {"size": 22}
    results = laboratory.results([ran(11)])
    assert [(result.idea, result.value) for result in results] == [
        (None, 11),
        (None, 11),
        ("padding-once", 10),
        ("no-plus-one", 10),
    ]
    assert results[0].ran is not None
    assert results[1].ran is None


def test_what_has_no_value_says_why() -> None:
    nothing = Misconception(id="by-zero", formula=formula("n/(k - k)"), says=text("no"))
    call = Misconception(id="by-run", engine=CallTemplate("f"), says=text("no"))
    laboratory = Laboratory(conv_size(misconceptions=(call, nothing)), VALUES)
    refused = Failed(Call("f", {}), "refused", "too large")
    run, _, by_run, by_zero = laboratory.results([refused, refused])
    assert (run.value, run.trouble) == (None, "too large")
    assert (by_run.idea, by_run.trouble) == ("by-run", "too large")
    assert by_zero.value is None
    assert "divided by zero" in by_zero.trouble


@pytest.mark.parametrize(("question", "suitable"), [(conv_size(), True), (mean(None), True), (claims(), False)])
def test_it_suits_questions_with_one_answer_and_something_to_change(question, suitable) -> None:  # type: ignore[no-untyped-def]
    assert suits(question) is suitable
    assert not suits(conv_size(domain=Domain({"n": Choice((5,))})))
