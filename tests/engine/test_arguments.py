import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal, NamedTuple

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.argument_types import reader_for
from engine.arguments import Between, Elements, Length, NonFinite, bind
from engine.errors import Refused
from engine.registry import Function, Kind


class Mode(StrEnum):
    MAX = "max"
    AVG = "avg"


class Layer(NamedTuple):
    kernel_size: Annotated[int, Between(1, 9)]
    stride: int = 1


@dataclass(frozen=True)
class Point:
    x: float
    y: float = 0.5


def everything(
    size: Annotated[int, Between(1, 64)],
    rate: Annotated[float, Between(0, 1)] = 0.1,
    bias: bool = True,
    text: Annotated[str, Length(1, 5)] = "abc",
    mode: Mode = Mode.MAX,
    kind: Literal["sum", "mean"] = "sum",
    stride: Annotated[int, Between(1, 8)] | None = None,
    both: int | tuple[int, int] = 1,
    layers: Annotated[Sequence[Layer], Length(1, 3)] = (),
    names: list[str] = [],  # noqa: B006 - never changed
    point: Point = Point(0.0),
    tensor: Annotated[torch.Tensor, Elements(6)] | None = None,
    matrix: Annotated[torch.Tensor, Elements(6, dims=2), NonFinite()] | None = None,
    loose: Annotated[float, NonFinite()] = 0.0,
    number: float = 0.0,
) -> None:
    """Take one argument of each kind."""


DOOR = Function("family.everything", Kind.MODULE, everything, {}, ())


def bound(**given: Any) -> dict[str, Any]:
    return bind(DOOR, {"size": 1, **given})


def refusal(**given: Any) -> str:
    with pytest.raises(Refused) as caught:
        bound(**given)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("size", 64, 64),
        ("rate", 1, 1.0),
        ("rate", 0.25, 0.25),
        ("bias", False, False),
        ("text", "héllo", "héllo"),
        ("mode", "avg", Mode.AVG),
        ("kind", "mean", "mean"),
        ("stride", None, None),
        ("stride", 8, 8),
        ("both", 3, 3),
        ("both", [3, 4], (3, 4)),
        ("layers", [{"kernel_size": 3}, {"kernel_size": 2, "stride": 5}], (Layer(3), Layer(2, 5))),
        ("names", ["a", "b"], ["a", "b"]),
        ("point", {"x": 2}, Point(2.0, 0.5)),
        ("loose", "-inf", -math.inf),
        ("loose", 3, 3.0),
    ],
)
def test_accepts_and_converts(name: str, value: Any, expected: Any) -> None:
    result = bound(**{name: value})[name]
    assert result == expected
    assert type(result) is type(expected)


def test_only_given_arguments_come_back() -> None:
    assert bind(DOOR, {"size": 2}) == {"size": 2}


def test_tensors_are_float64_and_rectangular() -> None:
    tensor = bound(tensor=[[1, 2, 3], [4, 5, 6]])["tensor"]
    assert tensor.dtype == torch.float64
    assert tensor.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert bound(tensor=7)["tensor"].shape == ()
    assert bound(matrix=[["-inf", 1.5]])["matrix"].tolist() == [[-math.inf, 1.5]]


WHOLE = "must be a whole number from 1 to 64"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"size": "x"}, f"family.everything: 'size' {WHOLE}, not 'x'"),
        ({"size": True}, f"family.everything: 'size' {WHOLE}, not true"),
        ({"size": 2.0}, f"family.everything: 'size' {WHOLE}, not 2.0"),
        ({"size": None}, f"family.everything: 'size' {WHOLE}, not null"),
        ({"size": 0}, f"family.everything: 'size' {WHOLE}, not 0"),
        ({"size": 65}, f"family.everything: 'size' {WHOLE}, not 65"),
        ({"size": 10**5000}, f"family.everything: 'size' {WHOLE}, not a whole number of 16610 bits"),
        ({"size": [1]}, f"family.everything: 'size' {WHOLE}, not [1]"),
        ({"rate": 1.5}, "family.everything: 'rate' must be a number from 0 to 1, not 1.5"),
        ({"rate": math.nan}, "family.everything: 'rate' must be a number from 0 to 1, not nan"),
        ({"rate": True}, "family.everything: 'rate' must be a number from 0 to 1, not true"),
        ({"number": math.inf}, "family.everything: 'number' must be a finite number, not inf"),
        ({"number": "inf"}, "family.everything: 'number' must be a finite number, not 'inf'"),
        ({"number": 10**400}, "family.everything: 'number' must be a finite number, not a whole number of 1329 bits"),
        ({"bias": 1}, "family.everything: 'bias' must be true or false, not 1"),
        ({"text": "abcdef"}, "family.everything: 'text' must be a text of 1 to 5 characters, not 'abcdef'"),
        ({"text": ""}, "family.everything: 'text' must be a text of 1 to 5 characters, not ''"),
        ({"mode": "avgg"}, "family.everything: 'mode' must be one of 'max', 'avg', not 'avgg'; did you mean 'avg'?"),
        ({"kind": 3}, "family.everything: 'kind' must be one of 'sum', 'mean', not 3"),
        ({"stride": 9}, "family.everything: 'stride' must be a whole number from 1 to 8 or null, not 9"),
        (
            {"both": [1, 2, 3]},
            "family.everything: 'both' must be a whole number or a list of 2 items, each a whole number, not [1, 2, 3]",
        ),
        ({"both": [1, "y"]}, "family.everything: 'both[1]' must be a whole number, not 'y'"),
        ({"names": "abc"}, "family.everything: 'names' must be a list of 0 to 1024 items, each a text of 0 to 10000 "
         "characters, not 'abc'"),
        ({"names": ["a", 5]}, "family.everything: 'names[1]' must be a text of 0 to 10000 characters, not 5"),
        ({"layers": []}, "family.everything: 'layers' must be a list of 1 to 3 items, each an object with "
         "'kernel_size', 'stride', not []"),
        ({"layers": [{"kernel_size": 3}, {"stride": 2}]}, "family.everything: 'layers[1]' needs 'kernel_size'"),
        (
            {"layers": [{"kernal_size": 3}]},
            "family.everything: 'layers[0]' has no field 'kernal_size'; did you mean 'kernel_size'?",
        ),
        (
            {"layers": [{"kernel_size": 10}]},
            "family.everything: 'layers[0].kernel_size' must be a whole number from 1 to 9, not 10",
        ),
        ({"point": [1, 2]}, "family.everything: 'point' must be an object with 'x', 'y', not [1, 2]"),
        ({"sise": 1}, "family.everything has no argument 'sise'; did you mean 'size'?"),
        ({"zebra": 1}, "family.everything has no argument 'zebra'"),
        ({"tensor": [[1, 2], [3]]},
         "family.everything: 'tensor[1]' must be a list of 2 items like the others, not [3]"),
        ({"tensor": [[1, "a"]]}, "family.everything: 'tensor[0][1]' must be a finite number, not 'a'"),
        ({"matrix": [1, 2]}, "family.everything: 'matrix' must be a 2-dimensional list with rows of one length and "
         "1 to 6 numbers or null, not [1, 2]"),
    ],
)  # fmt: skip
def test_refuses_with_one_sentence(given: dict[str, Any], sentence: str) -> None:
    assert refusal(**given) == sentence


def test_names_a_missing_argument() -> None:
    with pytest.raises(Refused, match=r"^family\.everything needs 'size'$"):
        bind(DOOR, {})


def test_refuses_lists_and_tensors_that_are_too_long() -> None:
    assert refusal(layers=[{"kernel_size": 1}] * 4).endswith("not a list of 4 items")
    assert "1 to 6 numbers" in refusal(tensor=[0.0] * 7)
    assert "1 to 6 numbers" in refusal(tensor=[])
    assert bound(tensor=[0.0] * 6)["tensor"].shape == (6,)
    assert "1024 items" in refusal(names=["a"] * 1025)


def test_an_annotation_without_a_reader_is_the_programmers_mistake() -> None:
    with pytest.raises(TypeError, match="no reader for the annotation"):
        reader_for(complex)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=5), children, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(name=st.sampled_from([*DOOR.signature.parameters]), value=JSON)
def test_any_json_is_bound_or_refused_in_one_line(name: str, value: Any) -> None:
    try:
        bound(**{name: value})
    except Refused as refused:
        text = str(refused)
        assert "\n" not in text
        assert len(text) < 400
        assert name in text
