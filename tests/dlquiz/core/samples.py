"""A few questions in plain Python, for the tests of the core."""

from fractions import Fraction
from typing import Any

import pytest

from dlquiz.core.calls import CallTemplate
from dlquiz.core.domains import Choice, Domain, IntRange
from dlquiz.core.expressions import Unreadable, parse
from dlquiz.core.formulas import Formula
from dlquiz.core.kinds.claims import Claim
from dlquiz.core.kinds.computed import Answer, Golden, Misconception, OtherConvention, Tolerance
from dlquiz.core.kinds.registry import Claims, Number, Shape
from dlquiz.core.oracle import Call, Ran
from dlquiz.core.questions import Question
from dlquiz.core.texts import Template, Text
from dlquiz.core.verdicts import Result, Truth

NAMES = ("n", "k", "s", "p")


def text(words: str) -> Text:
    return Text(Template((words,)))


def formula(*parts: str, listed: bool = False) -> Formula:
    return Formula(tuple(parse(part, NAMES) for part in parts), listed)


def conv_size(**changes: object) -> Number:
    fields: dict[str, object] = {
        "bank": "convolution",
        "id": "conv-output-size",
        "prompt": text("How high?"),
        "domain": Domain({"n": IntRange(16, 64), "k": Choice((7, 9)), "s": Choice((1, 2)), "p": IntRange(2, 3)}, ()),
        "hints": (text("first"), text("second")),
        "answer": Answer(
            formula=formula("floor((n + 2*p - k)/s) + 1"),
            engine=(CallTemplate("conv.output_size", {"size": parse("n", NAMES)}),),
        ),
        "misconceptions": (
            Misconception(id="padding-once", formula=formula("floor((n + p - k)/s) + 1"), says=text("both sides")),
            Misconception(id="no-plus-one", formula=formula("floor((n + 2*p - k)/s)"), says=text("add 1")),
        ),
        "other_conventions": (OtherConvention(formula=formula("n + 1000"), says=text("in another book")),),
    }
    return Number(**{**fields, **changes})  # type: ignore[arg-type]


def mean(tolerance: Tolerance | None) -> Number:
    answer = Answer(formula=formula("n/3"), engine=(CallTemplate("norm.mean"),), tolerance=tolerance)
    return Number(id="mean", prompt=text("?"), domain=Domain({"n": IntRange(1, 9)}, ()), answer=answer)


def shape() -> Shape:
    answer = Answer(formula=formula("n", "n + 1", listed=True), engine=(CallTemplate("conv.output_shape"),))
    return Shape(id="shape", prompt=text("?"), domain=Domain({"n": IntRange(1, 9)}, ()), answer=answer)


def claims(count: int = 6) -> Claims:
    made = tuple(
        Claim(
            id=f"c{index}",
            say=text(f"claim {index}"),
            holds=index % 2 == 0,
            proof=CallTemplate("norm.claim", {"index": index}),
            control=CallTemplate("norm.claim", {"index": -index}),
            why=text(f"why {index}"),
        )
        for index in range(count)
    )
    return Claims(bank="norm", id="claims", prompt=text("?"), claims=made)


def golden(**given: object) -> Golden:
    return Golden(given=given, value=9, source="a book")


def ran(value: object, function: str = "conv.output_size", kind: str = "module") -> Ran:
    return Ran(Call(function, {}), value, kind, "cpu", 0.1)  # type: ignore[arg-type]


HALF_PERCENT = Tolerance(rel=Fraction(1, 200))


def assert_samples(question: Question, values: dict[str, Any], truth: Truth) -> None:
    """The answers that a question makes for its own tests are marked as the lists that they stand in say."""
    samples = question.samples(values, truth)
    for typed in samples.correct:
        assert question.mark(question.read(typed, values), truth, values).result is Result.RIGHT, typed
    for typed in samples.wrong:
        assert question.mark(question.read(typed, values), truth, values).result is Result.WRONG, typed
    for typed in samples.unreadable:
        with pytest.raises(Unreadable):
            question.read(typed, values)
