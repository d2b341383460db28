"""What settings have in common, and how complaints about wrong ideas tell it."""

from pathlib import Path

import pytest
from fakes import FakeOracle

from dlquiz.banks.check import check
from dlquiz.banks.library import Library
from dlquiz.banks.proving import patterns
from dlquiz.banks.proving.patterns import common
from dlquiz.banks.proving.standing import OTHER, RIGHT, Met, Standing
from dlquiz.banks.reading import read_bank
from dlquiz.core.expressions import parse

RIGHT_AT_STRIDE_ONE = Path(__file__).with_name("gallery") / "misconception-right-at-stride-one.yaml"


@pytest.mark.parametrize(
    ("among", "without", "text"),
    [
        ([{"s": 1}, {"s": 1}], [{"s": 2}], "s == 1"),
        ([{"n": 3}, {"n": 5}, {"n": 9}], [{"n": 10}, {"n": 12}], "n <= 9"),
        ([{"n": 30}, {"n": 20}], [{"n": 10}, {"n": 11}], "n >= 20"),
        ([{"n": 2}, {"n": 6}], [{"n": 1}, {"n": 3}, {"n": 7}], "n % 2 == 0"),
        ([{"h": 1, "w": 1}, {"h": 5, "w": 5}], [{"h": 1, "w": 5}, {"h": 5, "w": 1}], "h == w"),
        ([{"mode": "same", "n": 1}], [{"mode": "valid", "n": 1}], 'mode == "same"'),
        ([{"bias": True}], [{"bias": False}], "bias == true"),
    ],
)
def test_the_simplest_condition(among: list[dict[str, object]], without: list[dict[str, object]], text: str) -> None:
    found = common(among, without)
    assert found is not None
    assert (found.text, found.share) == (text, 1.0)
    condition, opposite = parse(found.text), parse(found.opposite)
    for one in among:
        assert condition.evaluate(one) is True
        assert opposite.evaluate(one) is False
    for one in without:
        assert condition.evaluate(one) is False
        assert opposite.evaluate(one) is True


def test_what_has_nothing_in_common_is_told_so() -> None:
    assert common([{"n": 1}, {"n": 3}], [{"n": 1}, {"n": 3}]) is None
    assert common([{"n": 1}], []) is None


def test_a_parameter_of_numbers_and_texts_is_not_measured() -> None:
    """Its numbers are compared with no text, which has no size; true is not 1 either."""
    found = common([{"k": 1}, {"k": 2}], [{"k": "same"}, {"k": True}])
    assert found is not None
    assert (found.text, found.share) == ("k == 1", 0.5)


def test_most_conditions_are_asked_of_few_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """With forty parameters there are thousands of conditions, and nearly all of them fail on the first settings."""
    asked = 0

    def counted(one: int, other: int) -> bool:
        nonlocal asked
        asked += 1
        return one <= other

    monkeypatch.setitem(patterns._SIGNS, "<=", counted)
    names = [f"p{number}" for number in range(40)]
    among = [{name: (seed * 7 + place * 3) % 11 for place, name in enumerate(names)} for seed in range(200)]
    without = [{name: (seed * 5 + place * 4) % 11 for place, name in enumerate(names)} for seed in range(200)]
    assert common(among, without) is None
    assert asked < 20 * 40 * 40


def test_a_complaint_names_the_settings_and_a_remedy_that_works() -> None:
    text = RIGHT_AT_STRIDE_ONE.read_text(encoding="utf-8")
    library = Library.load([RIGHT_AT_STRIDE_ONE])
    (found,) = check(library.questions, FakeOracle()).complaints
    assert "stands alone on 26 % of 98 instances, and 30 % are asked" in found.message
    assert "it gives 14, which is right" in found.message
    assert "so it is wherever s == 1" in found.message
    assert found.fix == "add 's != 1' to where:, or change the wrong idea"
    bank, complaints = read_bank(text.replace("    answer:", '    where: "s != 1"\n    answer:'), "mended.yaml")
    assert bank is not None
    assert check(bank.questions, FakeOracle(), complaints=complaints).complaints == ()


def test_the_code_is_that_of_what_is_met_most_often() -> None:
    right, other = Met(RIGHT, "which is right"), Met(OTHER, "as 'x' does")
    standing = Standing()
    standing.stood_with(other, {"n": 0}, "1")
    for number in range(1, 4):
        standing.stood_with(right, {"n": number}, "2")
    standing.stood_alone({"n": 9})
    assert standing.worst == right
    assert standing.counter_example == "with n=1 it gives 2, which is right"
    assert standing.remedy(0.5) is None
