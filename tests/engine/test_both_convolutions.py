"""What holds of ``conv.*`` and of ``conv_transpose.*`` alike."""

from typing import Any

import pytest
import torch
from door_runs import run
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.analysis import output_shape
from engine.errors import Refused

torch.set_num_threads(1)

BOTH = pytest.mark.parametrize("family", ["conv", "conv_transpose"])
ALONG_ONE_AXIS = st.fixed_dictionaries(
    {
        "size": st.integers(1, 40),
        "kernel_size": st.integers(1, 9),
        "stride": st.integers(1, 5),
        "padding": st.integers(0, 6),
        "dilation": st.integers(1, 4),
    }
)


def answer(name: str, arguments: dict[str, Any]) -> Any:
    try:
        return run(name, **arguments).value
    except Refused as refused:
        return str(refused)


@BOTH
@settings(max_examples=60, deadline=None)
@given(ALONG_ONE_AXIS, st.integers(0, 4))
def test_the_meta_device_gives_the_same_answers(family: str, chosen: dict[str, int], output_padding: int) -> None:
    extra = {"output_padding": output_padding} if family == "conv_transpose" else {}
    real = answer(f"{family}.output_size", chosen | extra)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(output_shape, "MOST_WORK", 0)
        assert answer(f"{family}.output_size", chosen | extra) == real


@BOTH
@settings(max_examples=60, deadline=None)
@given(
    groups=st.integers(1, 3),
    inside=st.integers(1, 4),
    outside=st.integers(1, 4),
    kernel=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    bias=st.booleans(),
)
def test_num_params_by_counting_connections(
    family: str, groups: int, inside: int, outside: int, kernel: tuple[int, int], bias: bool
) -> None:
    """One weight for each kernel cell between an input and an output channel of the same group; a bias per output."""
    pairs = sum(i // inside == o // outside for i in range(groups * inside) for o in range(groups * outside))
    expected = pairs * kernel[0] * kernel[1] + (groups * outside if bias else 0)
    channels = {"in_channels": groups * inside, "out_channels": groups * outside}
    result = run(f"{family}.num_params", **channels, kernel_size=list(kernel), groups=groups, bias=bias)
    assert result.value == expected
    (table,) = result.evidence()
    assert sum(row[2] for row in table.rows) == expected


@BOTH
@pytest.mark.parametrize("quantity", ["num_params", "output_shape", "macs"])
def test_groups_must_divide_the_channels(family: str, quantity: str) -> None:
    image = {} if quantity == "num_params" else {"height": 8, "width": 8}
    with pytest.raises(Refused) as caught:
        run(f"{family}.{quantity}", in_channels=12, out_channels=18, kernel_size=3, groups=4, **image)
    assert str(caught.value) == (
        "groups 4 must divide both in_channels 12 and out_channels 18; the nearest smaller number that does is 3"
    )


@BOTH
def test_a_bias_is_no_multiplication_and_is_in_no_shape(family: str) -> None:
    layer = {"in_channels": 2, "height": 5, "width": 5, "out_channels": 3, "kernel_size": 3}
    (table,) = run(f"{family}.macs", **layer).evidence()
    assert [row[2] for row in table.rows] == [0, 2 * 3 * 9]


@BOTH
def test_global_randomness_is_left_alone(family: str) -> None:
    before = torch.get_rng_state()
    run(f"{family}.output_size", size=32, kernel_size=3)
    run(f"{family}.output_shape", in_channels=3, height=8, width=8, out_channels=4, kernel_size=3)
    run(f"{family}.num_params", in_channels=3, out_channels=4, kernel_size=3)
    assert torch.equal(before, torch.get_rng_state())
