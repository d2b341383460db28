"""Equations in texts: those that do not hold are found, and nothing else is complained of."""

import time

import pytest

from dlquiz.banks.proving.equations import slips

WRONG = {
    "(61 + 2·4 − 9)/2 + 1 = 32": "31",
    "(62 + 2·4 − 9)/2 + 1 = 31": "31.5",
    "So 3·3·64 = 577, and that is all.": "576",
    "590,080 = 589,824 + 255": "590,080",
    "It is 2^10 = 1023.": "1024",
    "每头 512/8 = 65 个特征": "64",
    "√16 = 5": "4",
    "1/3 = 0.34": "0.333333",
    "1 + 1 ≈ 2.2": "2",
    "a norm of 5: 3² + 4² = 24": "25",
    "⌊7/2⌋ = 4": "3",
    "(so 3 + 1 = 5)": "4",
    "2 + 2 = 4 = 1 + 2": "4",
    "Downsampling: 7/2 = 4": "3.5",
    "Downsampling halves: 7/2 = 3": "3.5",
    "On the ground 7/2 = 3": "3.5",
    "7/2 = 4, rounded down": "3.5",
    "7/2 = 3, rounded up": "3.5",
    "向下取整：7/2 = 4": "3.5",
    "So (1 + 1)·(2 + 1) = 5": "6",
    "a layer 3 + 4 = 8": "7",
}
RIGHT = [
    "(61 + 2·4 − 9)/2 + 1 = 31",
    "(62 + 2·4 − 9)/2 + 1 = 31, rounded down",
    "30.5 取整：61/2 = 30",
    "1/3 = 0.333333",
    "2/3 ≈ 0.67",
    "n + 2 = 5",
    "k (3 − 1) = 4",
    "d(3 − 1) = 4",
    "log 8 = 3",
    "log 4·2 = 3",
    "min(1, 10/5) = 1",
    "2 · 3 = 6k",
    "1 + 1 = 25 %",
    "4·2 = 8 d",
    "2 · 3 = 2 · d",
    "5 < 3 + 4 = 7",
    "x_1 + 1 = 7",
    "25.6 + 1 = 26.6 million",
    "10^12/10^3 = 10^9",
    "1,000 + 24 = 1,024",
    "size=3, stride=1",
    "Conv2d(kernel_size=3) = 9",
    "0.1 + 0.2 = 0.3",
    "σ(0) = 1/2",
    "σ'(0) = 1/4",
    "At 2, f'(2) = 2·2 = 4, and f''(0) = 1 + 1.",
    "Γ(5) = 4·3·2·1 = 24",
    "log₂(1/8) = −3, so −log₂(1/8) = 3",
    "log₂ 8 = 2 + 1",
    "W₁ 3·2 = 12",
    "Φ(1) − Φ(−1) = 0.68",
    "twice (3 + 1) = 8, twice 3 + 1 = 7",
    "half of 10 − 2 = 4",
    "The mean of (2 + 4 + 6) = 4",
    "Pr (3) = 1/8",
    "d/dx (3·2) = 0",
    "两倍(3 + 1) = 8，两倍 3 + 1 = 7",
    "平均值 (2 + 4) = 3",
    "取对数(1/8) = −3",
    "2:1 = 4/2",
    "3 − 5 = 2 in absolute value",
    "7/2 = 3, rounded down",
    "7/2 = 3 remainder 1",
    "9 − 7/2 = 6, with 7/2 rounded down",
    "7/2 = 4, rounded up",
    "7/2 = 4, the ceiling",
    "7/2 = 4, rounded",
]


@pytest.mark.parametrize("text", WRONG)
def test_an_equation_that_does_not_hold(text: str) -> None:
    assert [slip.value for slip in slips(text)] == [WRONG[text]]


@pytest.mark.parametrize("text", RIGHT)
def test_what_holds_or_is_none(text: str) -> None:
    assert list(slips(text)) == []


@pytest.mark.parametrize("equation", ["(1 + 1) = 2, ", "(1 + 1) = 2 ", "1 + 1 = 3; ", "1=", "round", "9 " * 5])
def test_a_long_text_is_read_at_once(equation: str) -> None:
    begun = time.process_time()
    slips(equation * (100_000 // len(equation)))
    assert time.process_time() - begun < 2


def test_a_text_of_many_equations_is_read_to_the_fiftieth() -> None:
    assert [slip.written for slip in slips("1 + 1 = 2, " * 49 + "1 + 1 = 3, " + "1 + 1 = 4, ")] == ["1 + 1 = 3"]
