"""Floating-point numbers as rationals, beside torch's conversions and torch.finfo."""

import math
from fractions import Fraction

import pytest
import torch
from door_runs import run
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import Refused
from engine.tensors.float_formats import FORMATS, Format

torch.set_num_threads(1)
TYPES = {"float16": torch.float16, "bfloat16": torch.bfloat16, "float32": torch.float32, "float64": torch.float64}
every_type = pytest.mark.parametrize("name", TYPES)


def stored(value, name):
    return float(torch.tensor(value, dtype=torch.float64).to(TYPES[name]))


@every_type
def test_limits_are_torchs(name):
    info, form = torch.finfo(TYPES[name]), FORMATS[name]
    assert float(form.largest) == info.max == run("precision.largest", dtype=name).value
    assert float(form.smallest_normal) == info.smallest_normal == run("precision.smallest", dtype=name).value
    assert float(form.eps) == info.eps == run("precision.eps", dtype=name).value
    least = float(form.smallest_subnormal)
    assert least == run("precision.smallest", dtype=name, subnormal=True).value
    assert least == float(
        torch.tensor(1, dtype={16: torch.int16, 32: torch.int32, 64: torch.int64}[info.bits]).view(TYPES[name])
    )


def test_the_numbers_of_float16_by_hand():
    form = Format(precision=11, e_max=15)
    assert form.largest == 65504 == (2 - Fraction(1, 1024)) * 2**15
    assert form.smallest_normal == Fraction(1, 2**14)
    assert form.smallest_subnormal == Fraction(1, 2**24)
    assert form.eps == Fraction(1, 1024)
    assert run("precision.largest", dtype="float16").value == 65504
    assert run("precision.smallest", dtype="float16", subnormal=True).value == 2**-24


MAGNITUDES = st.floats(-8, 5).map(lambda exponent: 10**exponent)


@settings(max_examples=25)
@given(MAGNITUDES, st.booleans(), st.sampled_from(["float16", "bfloat16", "float32"]))
def test_rounding_is_torchs(magnitude, negative, name):
    value = -magnitude if negative else magnitude
    expected = stored(value, name)
    exact = FORMATS[name].rounded(Fraction(value))
    assert (float("inf") if exact is None else abs(float(exact))) == abs(expected)
    if math.isfinite(expected):
        assert run("precision.rounded", value=value, dtype=name).value == expected == float(exact)
    assert run("precision.overflows", value=value, dtype=name).value is math.isinf(expected)
    assert run("precision.underflows", value=value, dtype=name).value is (expected == 0)


@pytest.mark.parametrize(
    "value", [2049, 2051, 0.1, 1 + 2**-11, 1 + 3 * 2**-11, 65519, 2**-25, 2**-25 * 1.01, 6e-8, 0.0]
)
def test_ties_go_to_the_even_number_and_subnormals_are_kept(value):
    expected = stored(value, "float16")
    assert float(FORMATS["float16"].rounded(Fraction(value))) == expected
    assert run("precision.rounded", value=value, dtype="float16").value == expected


def test_where_float16_ends():
    assert FORMATS["float16"].rounded(Fraction(65520)) is None
    assert run("precision.overflows", value=65519, dtype="float16").value is False
    assert run("precision.overflows", value=65520, dtype="float16").value is True
    assert run("precision.overflows", value=65520, dtype="bfloat16").value is False
    assert run("precision.underflows", value=2**-25, dtype="float16").value is True
    assert run("precision.underflows", value=0, dtype="float16").value is False


@pytest.mark.parametrize("value", [0, 1, 1.5, 1000, 2048, 40_000, 6e-5, 1e-7])
@pytest.mark.parametrize("name", ["float16", "float32"])
def test_the_next_number_is_where_nextafter_finds_it(value, name):
    here = torch.tensor(value, dtype=TYPES[name])
    if name == "float32":
        gap = float(torch.nextafter(here, torch.tensor(float("inf"), dtype=here.dtype))) - float(here)
    else:  # torch has no nextafter in float16: the next number is the next pattern of bits
        gap = float((here.view(torch.int16) + 1).view(torch.float16)) - float(here)
    assert run("precision.spacing", value=value, dtype=name).value == gap
    assert float(FORMATS[name].spacing(Fraction(float(here)))) == gap


def test_sums_that_are_rounded_after_each_addition():
    values = [2048, 1, 1, 1]
    total = torch.tensor(0, dtype=torch.float16)
    for value in values:
        total = total + value
    assert run("precision.total", values=values, dtype="float16").value == float(total) == 2048
    assert run("precision.total", values=[1, 1, 1, 2048], dtype="float16").value == 2052
    exact = Fraction(0)
    for value in [0.1, 0.2, 0.3]:
        exact = FORMATS["float32"].rounded(exact + FORMATS["float32"].rounded(Fraction(value)))
    assert run("precision.total", values=[0.1, 0.2, 0.3], dtype="float32").value == float(exact)


def test_logarithms_of_zero():
    assert run("precision.log", value=0, dtype="float32").value == float("-inf")
    assert run("precision.log", value=0, dtype="float64", eps=1e-12).value == pytest.approx(math.log(1e-12), rel=1e-12)
    assert run("precision.log", value=0.5, dtype="float64").value == pytest.approx(math.log(0.5), rel=1e-12)
    assert run("precision.log", value=0, dtype="float16", eps=1e-8).value == float("-inf")  # the eps itself is 0 there


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        ("rounded", {"value": 1e6, "dtype": "float16"}, "1e[+]06 overflows: float16 ends at 65504"),
        (
            "spacing",
            {"value": 65504, "dtype": "float16"},
            "65504 is the largest number of float16: the next one is infinity",
        ),
        ("total", {"values": [60_000, 60_000], "dtype": "float16"}, "the sum overflows: float16 ends at 65504"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(name, arguments, sentence):
    with pytest.raises(Refused, match=f"^{sentence}$"):
        run(f"precision.{name}", **arguments)


def test_evidence_shows_the_number_line_exactly():
    table = run("precision.rounded", value=0.1, dtype="float16").evidence()[0]
    assert [row[2] for row in table.rows] == ["1637/16384", "819/8192", "1639/16384"]
