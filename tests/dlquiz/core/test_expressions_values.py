"""What expressions are worth: exactly, in bounded size, or not at all."""

import math
from fractions import Fraction

import pytest

from dlquiz.core.expressions import Undefined, Value, exact, parse

LAYERS: list[Value] = [
    {"kernel_size": 3, "dilation": 1},
    {"kernel_size": 5, "dilation": 2},
]
VALUES: dict[str, Value] = {
    "n": 61,
    "k": 9,
    "s": 2,
    "p": 4,
    "third": Fraction(1, 3),
    "whole": Fraction(8, 2),
    "bias": True,
    "mode": "same",
    "layers": LAYERS,
    "sizes": [1, 2, 4],
    "none": [],
    "long": [1] * 1001,
}

WORTH: list[tuple[str, Value]] = [
    ("floor((n + 2*p - k)/s) + 1", 31),
    ("ceil((n + 2*p - k)/(s + 1))", 20),
    ("floor(-7/2)", -4),
    ("ceil(-7/2)", -3),
    ("floor(1.5)", 1),
    ("(n - 1)/s", 30),
    ("n/s", Fraction(61, 2)),
    ("0.1 + 0.2", Fraction(3, 10)),
    ("third*3", 1),
    ("whole", 4),
    ("-7 // 2", -4),
    ("-7 % 3", 2),
    ("-2^2", -4),
    ("2^3^2", 512),
    ("2^-3", Fraction(1, 8)),
    ("0^0", 1),
    ("(-1)^(10^40)", 1),
    ("4^(1/2)", 2),
    ("(8/27)^(2/3)", Fraction(4, 9)),
    ("sqrt(9)", 3),
    ("sqrt(9/4)", Fraction(3, 2)),
    ("sqrt(10^400)", 10**200),
    ("exp(0)", 1),
    ("log(1)", 0),
    ("log2(1/8)", -3),
    ("log10(10^500)", 500),
    ("log10(0.001)", -3),
    ("abs(-1.5)", Fraction(3, 2)),
    ("min(3, 1, 2) + max(sizes, 7)", 8),
    ("sum(sizes) + prod(sizes)", 15),
    ("sum(none) + prod(none)", 1),
    ("sum(layers.dilation*(layers.kernel_size - 1))", 10),
    ("layers.kernel_size", [3, 5]),
    ("2*sizes + 1", [3, 5, 9]),
    ("sizes*sizes", [1, 4, 16]),
    ("floor(sizes/2)", [0, 1, 2]),
    ("-sizes", [-1, -2, -4]),
    ("4*bias + 1", 5),
    ("bias", True),
    ("mode == 'same'", True),
    ("mode != 'same'", False),
    ("mode == 1", False),
    ("1 < s < 3 <= p", True),
    ("1 < s > 3", False),
    ("1 < p < 3", False),
    ("1 < p > 3", True),
    ("s == 1 and n/0 > 1", False),
    ("s == 2 or n/0 > 1", True),
    ("not s == 1", True),
    ("sizes == sizes", True),
    ("1+1+1+1+1+1+1+1+1+1", 10),
]


@pytest.mark.parametrize(("text", "value"), WORTH)
def test_exact_values(text: str, value: Value) -> None:
    found = parse(text).evaluate(VALUES)
    assert found == value
    assert type(found) is type(value)
    assert parse(text).compile()(VALUES) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("sqrt(2)", math.sqrt(2)),
        ("2^0.5", math.sqrt(2)),
        ("exp(1)", math.e),
        ("log(2)", math.log(2)),
        ("log(10^400)", 400 * math.log(10)),
        ("log(1/10^400)", -400 * math.log(10)),
        ("log2(3)", math.log2(3)),
        ("log10(2)", math.log10(2)),
        ("2^-0.5", 2**-0.5),
    ],
)
def test_irrational_values_are_floats(text: str, value: float) -> None:
    found = parse(text).evaluate({})
    assert isinstance(found, float)
    assert found == pytest.approx(value, rel=1e-14)


def test_floats_stay_floats() -> None:
    assert parse("x/2").evaluate({"x": 3.0}) == 1.5
    assert isinstance(parse("x^2").evaluate({"x": 3.0}), float)
    assert parse("floor(x/0.1)").evaluate({"x": 0.3}) == math.floor(0.3 / 0.1)


UNDEFINED = [
    ("1/0", "divided by zero"),
    ("1//0", "divided by zero"),
    ("1%(s-2)", "divided by zero"),
    ("floor(1/(s-2))", "divided by zero"),
    ("0^-1", "divides by zero"),
    ("sqrt(-1)", "square root of a negative"),
    ("(-8)^(1/3)", "no real value"),
    ("log(0)", "only a positive number"),
    ("log2(-1)", "only a positive number"),
    ("exp(1000)", "too large"),
    ("sqrt(10^900 + 1)", "too large"),
    ("sqrt(2)/10^-399", "too large"),
    ("(10^-399)^-1.5", "too large"),
    ("sqrt(2)//10^-399", "too large"),
    ("sqrt(2) % 10^-399", "too large"),
    ("9**9**9", "more than 1000 digits"),
    ("2^100000", "more than 1000 digits"),
    ("2^-100000", "more than 1000 digits"),
    ("(10^40)^(10^40)", "more than 1000 digits"),
    ("10^999*10", "more than 1000 digits"),
    ("prod(10^400*sizes)", "more than 1000 digits"),
    ("q + 1", "'q' is not a name here; the names are n, k, s"),
    ("sizes + layers.dilation", "lists of 2 and 3 entries"),
    ("min(none)", "an empty list has no minimum"),
    ("long + 1", "more than 1000 entries"),
    ("sum(long, long)", "more than 1000 entries"),
    ("mode + 1", "the text 'same' stands where a number is needed"),
    ("layers + 1", "a record stands where a number is needed"),
    ("n.size", "only a record has fields"),
    ("sizes.size", "only a record has fields"),
    ("layers.stride", "there is no field 'stride'; the fields are kernel_size, dilation"),
    ("sizes == 1", "a list cannot be compared"),
    ("sizes < sizes", "a list cannot be compared"),
    ("mode < 'same'", "compares numbers"),
    ("n and true", "'and' joins conditions"),
    ("not n", "'not' joins conditions"),
]


@pytest.mark.parametrize(("text", "reason"), UNDEFINED)
def test_what_has_no_value(text: str, reason: str) -> None:
    with pytest.raises(Undefined) as caught:
        parse(text).evaluate(VALUES)
    assert reason in str(caught.value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_values_that_are_no_numbers_are_refused(value: float) -> None:
    for text in ("x + 1", "floor(x)", "x*0", "max(x, 1)"):
        with pytest.raises(Undefined):
            parse(text).evaluate({"x": value})


@pytest.mark.parametrize(
    ("base", "exponent"), [(2, 100_000), (2, -100_000), (9, 9**9), (10**40, 10**40), (Fraction(1, 3), 10**9)]
)
def test_a_large_power_is_refused_before_it_is_computed(base: int | Fraction, exponent: int) -> None:
    with pytest.raises(Undefined, match="more than 1000 digits"):
        exact.power(base, exponent)


def test_large_parameters_are_refused_at_the_first_operation() -> None:
    with pytest.raises(Undefined, match="more than 1000 digits"):
        parse("x*x").evaluate({"x": 10**2000})
    with pytest.raises(Undefined, match="more than 1000 digits"):
        parse("floor(x/1)").evaluate({"x": 10**2000})
