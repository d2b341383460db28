"""Numbers as people write them: what is read, with which exact value, and where the rest is refused."""

import math
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from samples import conv_size

from dlquiz.core.expressions import Unreadable

TENS = {"k": 10**3, "万": 10**4, "M": 10**6, "亿": 10**8, "G": 10**9, "B": 10**9}
WHOLE = st.integers(0, 10**12)
SPACE = st.sampled_from(["", " "])


def read(text):
    return conv_size().read(text, {}).value


def refused(text):
    with pytest.raises(Unreadable) as caught:
        read(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("25.6M", 25_600_000),
        ("25.557032M", 25_557_032),
        ("25.6 M", 25_600_000),
        ("２５．６Ｍ", 25_600_000),
        ("118M + 13952", 118_013_952),
        ("7B", 7_000_000_000),
        ("1.5G", 1_500_000_000),
        ("2560万", 25_600_000),
        ("1.38 亿", 138_000_000),
        ("2^.1k", 2**100),
        ("-3k", -3000),
        ("3 x 64", 192),
        ("3x64x64", 12_288),
        ("3 × 64", 192),
        ("(1 + 2) X (3)", 9),
        ("10k x 3", 30_000),
        ("3x25M", 75_000_000),
        ("0 x 10", 0),
        ("√9", 3),
        ("57 %", Fraction(57, 100)),
        ("7 % 4", 3),
        ("25.6 million", 25_600_000),
        ("2 billion", 2 * 10**9),
        ("137*137", 18_769),
        ("3 x 5", 15),
        ("h = 31", 31),
        ("输出 ＝ ３１", 31),
        ("2√9 + 1", 7),
        ("√ 0.25", Fraction(1, 2)),
        ("√(7 + 9)", 4),
        ("3 x √16", 12),
        ("√9k x 10", Fraction(948_683_298_050_513_7, 10**13)),
        ("ln(exp(0))", 0),
        (" -25，557，032 ", -25_557_032),
    ],
)
def test_what_people_write_has_its_exact_value(text, value):
    assert read(text) == pytest.approx(value, rel=1e-15) if "√9k" in text else read(text) == value


def test_ln_is_the_natural_logarithm():
    assert read("ln(100)") == read("log(100)") == pytest.approx(4.605170185988092, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "position", "length", "reason"),
    [
        ("12,345,67", 6, 3, "commas group digits in threes, and '67' is no such group; write 1234567"),
        ("1234,567", 0, 4, "commas group digits in threes, and '1234' is no such group; write 1234.567 or 1234567"),
        ("3,14", 1, 3, "commas group digits in threes, and '14' is no such group; write 3.14 or 314"),
        ("25.6 zillion", 5, 7, "a number is asked for, and 'zillion' is none"),
        ("64K", 2, 1, "a number is asked for, and 'K' is none"),
        ("25MM", 2, 2, "a number is asked for, and 'MM' is none"),
        ("1e3k", 3, 1, "a number is asked for, and 'k' is none"),
        ("exp(1) + x", 9, 1, "a number is asked for, and 'x' is none"),
        ("0x10", 1, 3, "a number is asked for, and 'x10' is none"),
        ("25M x", 4, 1, "a number is asked for, and 'x' is none"),
        ("137x137", 3, 4, "one number is asked for, not both sides; a product is written 137*137"),
        (" 12 × 12 ", 4, 4, "one number is asked for, not both sides; a product is written 12*12"),
        ("0,286", 0, 1, "commas group digits in threes, and '0' is no such group; write 0.286 or 0286"),
        ("25M + √4 +", 9, 1, "something is missing after '+'"),
        ("√9 √", 3, 1, "'√' stands before a number or a bracket, as in √2 and √(1 + 1)"),
        ("√√16", 0, 1, "'√' stands before a number or a bracket, as in √2 and √(1 + 1)"),
        ("2 + ln 2", 4, 2, "'ln' needs brackets: ln(x)"),
        ("3M √(2", 4, 1, "a closing ')' is missing"),
        ("3 x (2 + )", 9, 1, "something is missing before ')'"),
        ("２k = 3", 3, 1, "'=' is not read here; write == to compare two values"),
    ],
)
def test_what_is_refused_keeps_its_place_in_the_text_as_typed(text, position, length, reason):
    error = refused(text)
    assert (error.position, error.length, error.reason) == (position, length, reason)


@given(WHOLE, SPACE, st.sampled_from(sorted(TENS)))
def test_a_suffix_multiplies_exactly(digits, space, suffix):
    written = f"{digits // 1000}.{digits % 1000:03d}"
    assert read(f"{written}{space}{suffix}") == Fraction(digits, 1000) * TENS[suffix]


@given(st.lists(st.integers(1, 99_999), min_size=2, max_size=5), st.sampled_from(["x", " x ", " × ", "X", "x "]))
def test_a_cross_is_a_product(factors, cross):
    assume(len(factors) > 2 or len(set(factors)) == 2)  # two equal ones alone are both sides of a square
    product = 1
    for factor in factors:
        product *= factor
    assert read(cross.join(map(str, factors))) == product


@given(st.integers(0, 10**8))
def test_the_root_of_a_square_is_the_number(number):
    assert read(f"√{number**2}") == read(f"√({number**2})") == number


@given(st.integers(-(10**30), 10**30))
def test_a_number_in_groups_of_three_is_that_number(number):
    assert read(f"{number:,}") == number


@given(st.integers(1, 999), st.lists(st.integers(0, 999), min_size=1, max_size=4), st.data())
def test_a_group_of_another_length_is_refused_where_it_stands(first, groups, data):
    place = data.draw(st.integers(0, len(groups) - 1))
    wrong = data.draw(st.sampled_from([f"{groups[place]:04d}", f"{groups[place] % 100:02d}", f"{groups[place] % 10}"]))
    written = [str(first), *(f"{group:03d}" for group in groups)]
    written[place + 1] = wrong
    error = refused(",".join(written))
    assert error.position == len(",".join(written[: place + 1]))
    assert error.length == 1 + len(wrong)
    assert repr(wrong) in error.reason


@given(st.text(alphabet="0123456789.,+-*/^()xXkMGB万亿√ln e２，√×²√ ", max_size=14))
def test_whatever_is_typed_is_a_number_or_is_refused_inside_the_text(text):
    refusal = None
    try:
        read(text)
    except Unreadable as error:
        refusal = error
    if refusal is not None:
        assert 0 <= refusal.position <= max(0, len(text) - 1)
        assert refusal.position + refusal.length <= max(1, len(text))


CONSTANTS = {"2π": 2 * math.pi, "pi/2": math.pi / 2, "π^2": math.pi**2, "e^-0.5": math.exp(-0.5), "e**2": math.e**2}


@pytest.mark.parametrize(("text", "value"), CONSTANTS.items())
def test_constants_are_known_by_their_letters(text, value):
    assert float(read(text)) == pytest.approx(value, rel=1e-15)
