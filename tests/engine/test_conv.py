from typing import Any

import pytest
import torch
from door_runs import run
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from engine import device
from engine.errors import Refused

torch.set_num_threads(1)


def places(size: int, kernel_size: int, stride: int, padding: int, dilation: int) -> list[tuple[int, int]]:
    """List the first and last cell of the kernel wherever it fits, by walking over the padded input."""
    found = []
    for start in range(-padding, size + padding, stride):
        last = start + dilation * (kernel_size - 1)
        if last > size + padding - 1:
            break
        found.append((start, last))
    return found


SETTINGS = st.fixed_dictionaries(
    {
        "size": st.integers(1, 40),
        "kernel_size": st.integers(1, 9),
        "stride": st.integers(1, 5),
        "padding": st.integers(0, 5),
        "dilation": st.integers(1, 4),
    }
)


@settings(max_examples=60, deadline=None)
@given(SETTINGS)
def test_output_size_is_the_number_of_places_and_refuses_what_torch_refuses(chosen: dict[str, int]) -> None:
    expected = places(**chosen)
    others = {name: value for name, value in chosen.items() if name not in ("size", "kernel_size")}
    image, kernel = torch.zeros(1, 1, *[chosen["size"]] * 2), torch.zeros(1, 1, *[chosen["kernel_size"]] * 2)
    if not expected:
        with pytest.raises(RuntimeError):
            functional.conv2d(image, kernel, **others)
        with pytest.raises(Refused, match="padding must be at least"):
            run("conv.output_size", **chosen)
        return
    assert functional.conv2d(image, kernel, **others).shape[2] == len(expected)
    assert run("conv.output_size", **chosen).value == len(expected)


@pytest.mark.parametrize(
    ("size", "kernel_size", "stride", "padding", "published"),
    [(224, 7, 2, 3, 112), (227, 11, 4, 0, 55), (224, 3, 1, 1, 224), (32, 5, 1, 0, 28)],
    ids=["ResNet conv1", "AlexNet conv1", "VGG", "LeNet C1"],
)
def test_published_sizes(size: int, kernel_size: int, stride: int, padding: int, published: int) -> None:
    chosen = {"size": size, "kernel_size": kernel_size, "stride": stride, "padding": padding}
    assert run("conv.output_size", **chosen).value == published


def test_the_device_that_really_ran_is_named() -> None:
    assert run("conv.output_size", size=64, kernel_size=3).device == "cpu"
    assert run("conv.output_size", size=65_536, kernel_size=1024).device == "meta"
    with device.using(torch.device("meta")):
        assert run("conv.output_size", size=64, kernel_size=3).device == "meta"


@settings(max_examples=60, deadline=None)
@given(SETTINGS.filter(lambda chosen: places(**chosen)))
def test_evidence_says_where_the_kernel_stands(chosen: dict[str, int]) -> None:
    expected = places(**chosen)
    numbers, standing, text = run("conv.output_size", **chosen).evidence()
    few = sorted({0, min(1, len(expected) - 1), len(expected) - 1})
    assert [tuple(row) for row in standing.rows] == [(index, *expected[index]) for index in few]
    rest = chosen["size"] + chosen["padding"] - 1 - expected[-1][1]
    left_over = f"Never reached, at the end of the padded input: {rest} cell{'s'[: rest - 1]}."
    assert text.text == (left_over if rest else "The last cell is reached.")
    padded, extent = chosen["size"] + 2 * chosen["padding"], expected[0][1] - expected[0][0] + 1
    assert [row[1] for row in numbers.rows] == [padded, extent, padded - extent, chosen["stride"], len(expected)]


SENTENCES = [
    (
        {"size": 5, "kernel_size": 4, "dilation": 3, "padding": 1},
        "the kernel spans 10 cells (dilation·(kernel_size − 1) + 1), but the input with its padding has only 7; "
        "padding must be at least 3",
    ),
    ({"size": 5, "kernel_size": 0}, "conv.output_size: 'kernel_size' must be a whole number from 1 to 1024, not 0"),
    (
        {"size": 5, "kernel_size": 3, "stride": 0},
        "conv.output_size: 'stride' must be a whole number from 1 to 1024, not 0",
    ),
    (
        {"size": 5, "kernel_size": 3, "padding": -1},
        "conv.output_size: 'padding' must be a whole number from 0 to 1024, not -1",
    ),
    (
        {"size": 5, "kernel_size": 3, "dilation": 0},
        "conv.output_size: 'dilation' must be a whole number from 1 to 1024, not 0",
    ),
    ({"size": 5, "kernal_size": 3}, "conv.output_size has no argument 'kernal_size'; did you mean 'kernel_size'?"),
    ({"kernel_size": 3}, "conv.output_size needs 'size'"),
]


@pytest.mark.parametrize(("arguments", "sentence"), SENTENCES)
def test_wrong_settings_are_refused_with_a_sentence(arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused) as caught:
        run("conv.output_size", **arguments)
    assert str(caught.value) == sentence


def test_the_padding_that_a_refusal_names_is_the_smallest_that_fits() -> None:
    assert run("conv.output_size", size=5, kernel_size=4, dilation=3, padding=3).value >= 1
    with pytest.raises(RuntimeError):
        nn.Conv2d(1, 1, 4, dilation=3, padding=2)(torch.zeros(1, 1, 5, 5))


PAIR = st.tuples(st.integers(1, 3), st.integers(1, 3))
IMAGES = st.fixed_dictionaries(
    {
        "in_channels": st.integers(1, 6),
        "height": st.integers(1, 9),
        "width": st.integers(1, 9),
        "out_channels": st.integers(1, 6),
        "kernel_size": PAIR | st.integers(1, 4),
        "stride": PAIR | st.integers(1, 3),
        "padding": st.tuples(st.integers(0, 2), st.integers(0, 2)) | st.integers(0, 2),
        "dilation": PAIR,
        "groups": st.integers(1, 3),
    }
)


@settings(max_examples=60, deadline=None)
@given(IMAGES)
def test_shape_and_macs_are_those_of_a_real_run_or_refused_with_it(chosen: dict[str, Any]) -> None:
    sizes = {name: chosen[name] for name in ("in_channels", "height", "width")}
    others = {name: value for name, value in chosen.items() if name not in ("height", "width")}
    try:
        layer = nn.Conv2d(**others, bias=False)
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            expected = list(layer(torch.zeros(1, *sizes.values())).shape[1:])
    except (RuntimeError, ValueError):
        for name in ("conv.output_shape", "conv.macs"):
            with pytest.raises(Refused, match=r"kernel spans|must divide"):
                run(name, **chosen)
        return
    assert run("conv.output_shape", **chosen).value == expected
    assert run("conv.macs", **chosen).value * 2 == counter.get_total_flops()


def test_published_macs_and_parameters_of_resnets_first_layer() -> None:
    layer = {"in_channels": 3, "out_channels": 64, "kernel_size": 7}
    run_it = run("conv.macs", **layer, height=224, width=224, stride=2, padding=3)
    assert run_it.value == 118_013_952
    assert run("conv.num_params", **layer, bias=False).value == 9408
    (table,) = run_it.evidence()
    assert [tuple(row) for row in table.rows] == [
        ("input", "1×3×224×224", 0, 0),
        ("Conv2d", "1×64×112×112", 9408, 118_013_952),
    ]


def test_axes_are_named_in_refusals() -> None:
    with pytest.raises(Refused, match=r"^width: the kernel spans 7 cells .* has only 6; padding must be at least 1$"):
        run("conv.output_shape", in_channels=1, height=8, width=6, out_channels=1, kernel_size=[1, 7])


def test_the_largest_settings_cost_nothing_or_are_refused() -> None:
    huge = {"in_channels": 65_536, "out_channels": 65_536, "kernel_size": 1024}
    assert run("conv.num_params", **huge).value == 65_536**2 * 1024**2 + 65_536
    with pytest.raises(Refused, match=r"^an input of 65536×65536×65536 has more than 1,000,000,000,000 elements"):
        run("conv.output_shape", **huge, height=65_536, width=65_536)
    assert run("conv.macs", **huge, height=1024, width=1024).value == 65_536**2 * 1024**2
