"""Values on the wire: exact where JSON is exact, refused with a reason where it is not."""

import json
import math
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from engine.wire import ELEMENTS_LIMIT, Unsendable, encode, to_line


class Point(NamedTuple):
    x: float
    y: float


@dataclass(frozen=True)
class Stage:
    name: str
    shape: torch.Size


class Mode(StrEnum):
    FAN_IN = "fan_in"


@given(st.sampled_from([8, 53, 64, 100, 1000, 14_000]).flatmap(lambda bits: st.integers(-(2**bits), 2**bits)))
@example(2**53 + 1)
@example(-(3**70))
def test_whole_numbers_are_exact(number: int) -> None:
    assert json.loads(to_line({"value": encode(number)}))["value"] == number


@given(st.floats())
def test_floats_keep_every_bit_and_the_others_are_named(number: float) -> None:
    sent = json.loads(to_line({"value": encode(number)}))["value"]
    if math.isfinite(number):
        assert isinstance(sent, float)
        assert sent.hex() == number.hex()
    else:
        assert sent == str(number)


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (None, None),
        (True, True),
        ("层", "层"),
        (Mode.FAN_IN, "fan_in"),
        (Fraction(6, 3), 2),
        (Fraction(1, 4), 0.25),
        (torch.tensor(3), 3),
        (torch.tensor(2.5), 2.5),
        (torch.tensor([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
        (torch.tensor([1.0, math.inf, -math.inf, math.nan]), [1.0, "inf", "-inf", "nan"]),
        (torch.tensor([0.5], dtype=torch.bfloat16), [0.5]),
        (torch.zeros(0, 3), []),
        (torch.Size([2, 3]), [2, 3]),
        (range(3), [0, 1, 2]),
        ((1, (2.0, None)), [1, [2.0, None]]),
        (Point(1.0, math.nan), {"x": 1.0, "y": "nan"}),
        ([Stage("conv1", torch.Size([64]))], [{"name": "conv1", "shape": [64]}]),
        ({"a": {"b": Fraction(1, 2)}}, {"a": {"b": 0.5}}),
    ],
)
def test_values_that_can_be_sent(value: object, sent: object) -> None:
    encoded = encode(value)
    assert encoded == sent
    assert type(encoded) is type(sent) or isinstance(sent, str)
    assert json.loads(to_line({"value": encoded}))["value"] == sent


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({1, 2}, "a set, which has no JSON form"),
        (1j, "a complex"),
        (b"x", "a bytes"),
        (Stage, "a type"),
        (torch.tensor([1j]), "a complex"),
        ({1: "a"}, "the key 1, which is no text"),
        (torch.empty(3, device="meta"), "meta device"),
        (torch.empty(1, 1).expand(ELEMENTS_LIMIT, 2), "more than 2000000"),
        pytest.param(10**4300, "more than 4300 digits", id="long"),
        pytest.param(-(10**4300), "more than 4300 digits", id="long and negative"),
        ([[{"deep": {1}}]], "a set"),
    ],
)
def test_values_that_cannot_be_sent_say_why(value: object, why: str) -> None:
    with pytest.raises(Unsendable, match=why):
        encode(value)


def test_the_largest_whole_number_that_is_sent_can_be_written_by_python() -> None:
    assert len(to_line({"value": encode(10**4300 - 1)})) > 4300
