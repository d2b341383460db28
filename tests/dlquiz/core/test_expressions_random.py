"""Random texts never break the language, and random formulas are worth what Python's own fractions say."""

import operator
import random
import sys
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from math import ceil, floor
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlquiz.core.expressions import Expression, Undefined, Unreadable, parse, parse_list

NAMES = {"h": 3, "d": -2, "dk": 7, "n": 16}
PIECES = [*"0123456789", *"+-*/%^()., []", "**", "//", "==", "<", "<=", "!=", "²", "⁻¹", "ⁿ", "×", "−", "·", "２", "（"]
PIECES += [
    "h",
    "d",
    "dk",
    "n",
    "hd",
    "q",
    "e",
    "x",
    "and",
    "or",
    "not",
    "true",
    "'same'",
    "'",
    "max(",
    "floor(",
    "sum(",
]
PIECES += ["log(", "sqrt(", "e5", "1e-5", ".k", "1.5", "9**9", "\x00", "\ud800", "٣", "\n", "=", "10^40", "((((", "--"]


def complaint(text: str, read: Callable[..., object]) -> Unreadable | None:
    """Return why ``text`` is refused, or None once everything that it was read as is evaluated or undefined."""
    try:
        found = read(text, NAMES)
    except Unreadable as error:
        return error
    for expression in found if isinstance(found, tuple) else (found,):
        assert isinstance(expression, Expression)
        assert parse(expression.written(), NAMES, limit=5000).tree == expression.tree
        with suppress(Undefined):
            expression.evaluate(NAMES)
    return None


def attempt(text: str) -> bool:
    """Return whether ``text`` is read; a refusal lies within the text, and nothing else is ever raised."""
    refusals = [error for error in (complaint(text, parse), complaint(text, parse_list)) if error]
    for error in refusals:
        assert 0 <= error.position < max(1, len(text))
        assert 1 <= error.length <= max(1, len(text) - error.position)
        assert error.reason.isprintable()
    return not refusals


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=600))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    attempt(text)


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
@settings(max_examples=500, deadline=None)
def test_any_text_of_the_alphabet_is_read_or_refused(text: str) -> None:
    attempt(text)


class Steps:
    """Counts the calls of Python functions, which bound the work whatever the machine."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, frame: FrameType, event: str, argument: object) -> None:
        self.count += event == "call"


def steps(work: Callable[[], object]) -> int:
    counter, before = Steps(), sys.getprofile()
    sys.setprofile(counter)
    try:
        work()
    finally:
        sys.setprofile(before)
    return counter.count


def test_twenty_thousand_random_texts() -> None:
    rng = random.Random(1)
    read = sum(attempt("".join(rng.choices(PIECES, k=rng.randint(1, 16)))) for _ in range(20_000))
    assert 500 < read < 10_000


NASTY = [
    "9**9**9",
    "(" * 499,
    "-" * 499 + "1",
    "2^" * 249 + "2",
    "h-" * 249 + "h",
    "h+" * 249 + "h",
    "hd" * 250,
    "dk" * 249 + "q",
    "1<" * 249 + "1",
    "not " * 120 + "true",
    "'" * 499,
    "max(" * 120,
    "10^999//7+" * 40 + "1",
    "(10^500+1)/(10^499+3)*" * 20 + "1",
    "sqrt(10^998+1)+" * 30 + "1",
    "(10^900)^(1/997)+" * 29 + "1",
    "2" * 500,
    "x" * 500,
    "³" * 500,
    "1" + ",000" * 124,
    "a" * 100_000,
    "\ud800" * 500,
]


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_no_text_costs_many_steps(text: str) -> None:
    def work() -> None:
        with suppress(Unreadable, Undefined):
            parse(text, NAMES).evaluate(NAMES)

    assert steps(work) < 40_000


def test_the_steps_of_a_text_are_really_counted() -> None:
    assert steps(lambda: parse("1+" * 200 + "1").evaluate({})) > 1000


# An oracle of its own: each formula is made together with its worth, by Python's fractions and the textbook rules.
# The last part says how tightly the outermost operation binds, so that brackets are left out wherever they may be.
Made = tuple[str, Fraction, int]
SUM, PRODUCT, SIGN, POWER, ATOM = range(5)


def bracket(made: Made, level: int) -> str:
    return made[0] if made[2] >= level else f"({made[0]})"


def sums(left: Made, sign: str, right: Made) -> Made:
    worth = operator.add(left[1], right[1]) if sign == "+" else operator.sub(left[1], right[1])
    return f"{bracket(left, SUM)} {sign} {bracket(right, PRODUCT)}", worth, SUM


def products(left: Made, sign: str, right: Made) -> Made:
    if sign in ("/", "//", "%") and right[1] == 0:
        return left
    rules: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
        "*": lambda a, b: a * b,
        "/": lambda a, b: a / b,
        "//": lambda a, b: Fraction(floor(a / b)),
        "%": lambda a, b: a - b * floor(a / b),
    }
    return f"{bracket(left, PRODUCT)}{sign}{bracket(right, SIGN)}", rules[sign](left[1], right[1]), PRODUCT


def negative(made: Made) -> Made:
    return f"-{bracket(made, SIGN)}", -made[1], SIGN


def powers(base: Made, exponent: int) -> Made:
    if base[1] == 0 and exponent < 0:
        return base
    return f"{bracket(base, ATOM)}^{exponent}", base[1] ** exponent, POWER


def towers(base: int, middle: int, top: int) -> Made:
    return f"{base}^{middle}^{top}", Fraction(base ** (middle**top)), POWER


def calls(function: str, left: Made, right: Made) -> Made:
    a, b = left[1], right[1]
    worth = {"min": min(a, b), "max": max(a, b), "sum": a + b, "prod": a * b}[function]
    return f"{function}({left[0]}, {right[0]})", worth, ATOM


def rounded(function: str, made: Made) -> Made:
    return f"{function}({made[0]})", Fraction(floor(made[1]) if function == "floor" else ceil(made[1])), ATOM


LEAVES: st.SearchStrategy[Made] = st.one_of(
    st.integers(0, 99).map(lambda value: (str(value), Fraction(value), ATOM)),
    st.integers(0, 99).map(lambda value: (f"{value // 10}.{value % 10}", Fraction(value, 10), ATOM)),
    st.sampled_from(sorted(NAMES)).map(lambda name: (name, Fraction(NAMES[name]), ATOM)),
)


def grown(inner: st.SearchStrategy[Made]) -> st.SearchStrategy[Made]:
    return st.one_of(
        st.builds(sums, inner, st.sampled_from("+-"), inner),
        st.builds(products, inner, st.sampled_from(["*", "/", "//", "%"]), inner),
        st.builds(negative, inner),
        st.builds(powers, inner, st.integers(-2, 3)),
        st.builds(towers, st.integers(2, 3), st.integers(1, 3), st.integers(1, 3)),
        st.builds(calls, st.sampled_from(["min", "max", "sum", "prod"]), inner, inner),
        st.builds(rounded, st.sampled_from(["floor", "ceil"]), inner),
    )


@given(st.recursive(LEAVES, grown, max_leaves=12))
@settings(max_examples=400, deadline=None)
def test_random_formulas_are_worth_what_fractions_say(made: Made) -> None:
    text, worth, _ = made
    if len(text) > 500 or max(abs(worth.numerator), worth.denominator) > 10**300:
        return
    expression = parse(text, NAMES)
    found = expression.evaluate(NAMES)
    assert found == worth
    assert isinstance(found, int if worth.denominator == 1 else Fraction)
    assert parse(expression.written(), NAMES).evaluate(NAMES) == worth


@given(st.recursive(LEAVES, grown, max_leaves=6), st.data())
@settings(max_examples=100, deadline=None)
def test_a_foreign_character_is_refused_where_it_stands(made: Made, data: st.DataObject) -> None:
    text = made[0][:400]
    wide = text.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
    at = data.draw(st.integers(0, len(text)))
    with pytest.raises(Unreadable) as caught:
        parse(wide[:at] + "§" + wide[at:], NAMES)
    assert caught.value.position <= at
    if caught.value.position == at:
        assert "§" in caught.value.reason
