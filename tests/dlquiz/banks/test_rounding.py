"""How closely ways agree, how wide a tolerance may be, which numbers languages share, what a figure's digits say."""

from fractions import Fraction

import pytest

from dlquiz.banks.proving.rounding import Rounding, outliers
from dlquiz.banks.proving.translations import differing
from dlquiz.core.figures import is_rounded_to
from dlquiz.core.kinds.computed import Tolerance
from dlquiz.core.texts import Text, parse_template


def test_the_share_by_which_two_ways_differ() -> None:
    rounding = Rounding(Tolerance(rel=Fraction(1, 100)))
    assert rounding.see([1.0, 1.0 + 1e-9], {}) < 1e-8
    assert rounding.see([100.0, 101.0], {}) == pytest.approx(1 / 101)
    assert rounding.furthest == pytest.approx(1 / 101)
    assert rounding.width == pytest.approx(0.01, rel=0.02)
    assert not rounding.is_for_a_sample


def test_nothing_beside_nothing_is_no_difference() -> None:
    rounding = Rounding(Tolerance(abs=Fraction(1, 1000)))
    assert rounding.see([0.0, 3e-16], {}) == 0
    assert rounding.see([1e-9, 2e-9], {}) < 1e-5
    assert rounding.see([10**400, 10**400], {}) == 0


def test_a_tolerance_is_told_where_it_is_as_wide_as_mostly() -> None:
    rounding = Rounding(Tolerance(abs=Fraction(1, 2)))
    for answer in (1.0, 10.0, 100.0):
        rounding.see([answer, answer], {"n": int(answer)})
    assert rounding.typical == "with n=10 the answer is 10, and the tolerance of 0.5"


@pytest.mark.parametrize(("size", "is_wide"), [("3/100", False), ("1/25", True)])
def test_a_wide_tolerance_is_for_a_sample(size: str, is_wide: bool) -> None:
    rounding = Rounding(Tolerance(rel=Fraction(size)))
    rounding.see([2.0, 2.0], {})
    assert rounding.is_for_a_sample is is_wide


@pytest.mark.parametrize(
    ("ratios", "off"),
    [
        ([1.0, 1.0, 1.0, 1.0001], [3]),
        ([1e9, 1.0003e9, 0.9998e9], []),
        ([2.0, 2.0, 2.0, 2.00001], []),
        ([1.0, 1.02, 0.98, 1.2], [3]),
        ([1.0, 1.0, 1.0, float("inf")], [3]),
    ],
)
def test_one_ratio_among_others(ratios: list[float], off: list[int]) -> None:
    assert list(outliers(ratios)) == off


@pytest.mark.parametrize(
    ("en", "zh", "found"),
    [
        ("3×3 on 8", "8 上的 3×3", None),
        ("a factor of two", "2 倍", None),
        ("3.2 million", "320 万", None),
        ("61,100,840 weights", "61100840 个权重", None),
        ("a kernel of 3", "大小为 5 的核", ("3", "5")),
        ("2, 2 and 3", "2、3 和 3", ("2", "3")),
        ("{{n}} of 4", "4 个中的 {{n}}", None),
        ("a rate of 1e-3", "学习率 0.001", None),
        ("90 % of them", "其中的 0.9", None),
        ("90 percent", "百分之 90", None),
        ("1/2 of them", "其中 50 %", None),
        ("16/2 places", "16 ÷ 2 个位置", None),
        ("in the 1990s", "20 世纪 90 年代", None),
        ("a rate of 1e-3", "学习率 0.01", ("1e-3", "0.01")),
        ("90 % of them", "其中的 80 %", ("90 %", "80 %")),
        ("16/2 places", "16 ÷ 4 个位置", ("16/2", "4")),
        ("in the 1990s, 2 of 3", "20 世纪 90 年代，3 个中的 1 个", ("2", "1")),
    ],
)
def test_numbers_in_two_languages(en: str, zh: str, found: tuple[str, str] | None) -> None:
    assert differing(Text(parse_template(en, ["n"]), parse_template(zh, ["n"]))) == found


@pytest.mark.parametrize(
    ("value", "figure", "met"),
    [
        (15_470_264_320, "15.47e9", True),
        (15_474_000_000, "15.47e9", True),
        (15_476_000_000, "15.47e9", False),
        (0.4238, "0.4238", True),
        (0.42384, "0.4238", True),
        (0.4239, "0.4238", False),
        (0.51, "0.5", False),
        (0.0, "0.0", True),
    ],
)
def test_a_figure_has_the_digits_that_it_has(value: float, figure: str, met: bool) -> None:
    assert is_rounded_to(value, Fraction(figure)) is met
