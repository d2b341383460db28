"""Values in complaints are short, on one line, and say that something was left out."""

from fractions import Fraction
from typing import Any

import pytest
from fakes import FUNCTIONS, FakeOracle

from dlquiz.banks.check import check
from dlquiz.banks.proving.brief import LONGEST, LONGEST_SETTING, brief, setting
from dlquiz.banks.reading import read_bank

LAYERS = [{"layer": "Conv2d", "out_channels": 64, "kernel_size": 7, "stride": 2} for _ in range(12)]
BANK = """dlquiz: 1
bank: long
topic: t
title: T
questions:
  - id: q
    kind: number
    prompt: "P {{n}}"
    params:
      n: {int: [100, 120]}
      layers: {list: {kernel_size: {choice: [3, 5]}, stride: {choice: [1, 2]}, padding: {int: [0, 3]}}, length: 12}
    answer: {formula: n - 2, engine: {call: conv.output_size, with: {size: n, kernel_size: 3}}, tolerance: {abs: 0.4}}
    misconceptions: {id: close, formula: n - 3, says: S}
  - id: zero
    kind: number
    prompt: "P {{n}}"
    params:
      n: {int: [100, 120]}
      layers: {list: {kernel_size: {choice: [3, 5]}, stride: {choice: [1, 2]}, padding: {int: [0, 3]}}, length: 12}
    answer: {formula: 0*n, engine: {call: activation.zero, with: {x: n}}, tolerance: {rel: 0.01}}
"""


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (590080, "590,080"),
        ([512, 25088], "(512, 25088)"),
        (Fraction(7, 2), "3.5"),
        (True, "true"),
        ([True, False], "(true, false)"),
        ("same", "same"),
        ([{"k": 3, "s": 1}], "({k=3, s=1})"),
        (LAYERS, "({layer=Conv2d, out_channels=64, …}, {layer=Conv2d, out_channels=64, …}, …)"),
        ([[1, 2, 3]] * 20, "((1, 2, …), (1, 2, …), …)"),
    ],
)
def test_a_value_is_told_whole_or_by_its_first_two_entries(value: Any, told: str) -> None:
    assert brief(value) == told


@pytest.mark.parametrize("value", ["x" * 500, ["x" * 500] * 9, {"a": {"b": {"c": ["y" * 90] * 9}}}, 10**300])
def test_no_value_is_longer_than_a_line(value: Any) -> None:
    assert len(brief(value)) <= LONGEST
    assert brief(value).endswith("…")


def test_a_setting_fits_on_a_line() -> None:
    told = setting({"asked": [0, 1], "n": 7, "layers": LAYERS, "batch": 4, "others": LAYERS})
    assert told.startswith(", with n=7, layers=({layer=Conv2d, out_channels=64, …}")
    assert told.endswith("…")
    assert len(told) <= len(", with ") + LONGEST_SETTING
    assert setting({"asked": [0]}) == ""


def test_complaints_about_records_are_short() -> None:
    """An idea that is too close to the truth, and a right answer that a share of nothing leaves no room for."""
    bank, complaints = read_bank(BANK, "long.yaml")
    assert bank is not None
    assert complaints == []
    oracle = FakeOracle({**FUNCTIONS, "activation.zero": ("module", lambda x: 0)})
    report = check(bank.questions, oracle, limit=50)
    assert {item.code for item in report.complaints} == {"DQ411", "DQ431"}
    for item in report.complaints:
        assert len(item.message) < 300
        assert "\n" not in item.message
        assert "layers=({kernel_size=" in item.message
        assert "…" in item.message
