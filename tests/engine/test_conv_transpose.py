from typing import Any

import pytest
import torch
from door_runs import run
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from engine.analysis import output_shape
from engine.errors import Refused

torch.set_num_threads(1)


SETTINGS = st.fixed_dictionaries(
    {
        "size": st.integers(1, 12),
        "kernel_size": st.integers(1, 6),
        "stride": st.integers(1, 4),
        "padding": st.integers(0, 6),
        "output_padding": st.integers(0, 4),
        "dilation": st.integers(1, 3),
    }
)


def written_cells(size: int, kernel_size: int, stride: int, dilation: int, **_: int) -> set[int]:
    """Return the cells that any input cell adds to, before anything is cut off or added."""
    return {cell * stride + tap * dilation for cell in range(size) for tap in range(kernel_size)}


@settings(max_examples=60, deadline=None)
@given(SETTINGS)
def test_output_size_is_what_is_written_and_refuses_what_torch_refuses(chosen: dict[str, int]) -> None:
    expected = max(written_cells(**chosen)) + 1 + chosen["output_padding"] - 2 * chosen["padding"]
    others = {name: value for name, value in chosen.items() if name not in ("size", "kernel_size")}
    image, kernel = torch.zeros(1, 1, *[chosen["size"]] * 2), torch.zeros(1, 1, *[chosen["kernel_size"]] * 2)
    if expected < 1 or chosen["output_padding"] >= max(chosen["stride"], chosen["dilation"]):
        with pytest.raises(Refused, match=r"must be smaller than stride|none is left"):
            run("conv_transpose.output_size", **chosen)
        if expected != 0:  # torch's CPU run gives an empty tensor for some of these
            with pytest.raises(RuntimeError):
                functional.conv_transpose2d(image, kernel, **others)
        return
    assert functional.conv_transpose2d(image, kernel, **others).shape[2] == expected
    assert run("conv_transpose.output_size", **chosen).value == expected


@settings(max_examples=60, deadline=None)
@given(SETTINGS)
def test_it_is_the_size_whose_convolution_gives_the_input_back(chosen: dict[str, int]) -> None:
    try:
        size = run("conv_transpose.output_size", **chosen).value
    except Refused:
        return
    if chosen["output_padding"] < chosen["stride"]:
        back = {name: value for name, value in chosen.items() if name != "output_padding"} | {"size": size}
        assert run("conv.output_size", **back).value == chosen["size"]


@pytest.mark.parametrize(
    ("size", "kernel_size", "stride", "padding", "published"),
    [(1, 4, 1, 0, 4), (4, 4, 2, 1, 8), (32, 4, 2, 1, 64), (7, 64, 32, 0, 256)],
    ids=["DCGAN first", "DCGAN second", "DCGAN last", "FCN-32s upsampling"],
)
def test_published_sizes(size: int, kernel_size: int, stride: int, padding: int, published: int) -> None:
    chosen = {"size": size, "kernel_size": kernel_size, "stride": stride, "padding": padding}
    assert run("conv_transpose.output_size", **chosen).value == published


def test_an_output_padding_that_only_the_meta_device_accepts_is_refused_on_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    layer, image = nn.ConvTranspose2d(1, 1, 3, stride=2, output_padding=2), torch.zeros(1, 1, 4, 4)
    assert layer.to("meta")(image.to("meta")).shape == (1, 1, 11, 11)
    with pytest.raises(RuntimeError, match="output padding must be smaller"):
        nn.ConvTranspose2d(1, 1, 3, stride=2, output_padding=2)(image)
    for most_work in (output_shape.MOST_WORK, 0):
        monkeypatch.setattr(output_shape, "MOST_WORK", most_work)
        with pytest.raises(Refused) as caught:
            run("conv_transpose.output_size", size=4, kernel_size=3, stride=2, output_padding=2)
        assert str(caught.value) == "output_padding 2 must be smaller than stride 2 or dilation 1, so at most 1"


def test_a_padding_that_cuts_everything_away_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        run("conv_transpose.output_size", size=2, kernel_size=4, stride=2, padding=4)
    assert str(caught.value) == (
        "padding 4 cuts 8 cells off an output of 6, and none is left; padding must be at most 2"
    )
    assert run("conv_transpose.output_size", size=2, kernel_size=4, stride=2, padding=2).value == 2


def test_evidence_says_where_input_cells_are_written() -> None:
    numbers, writing = run(
        "conv_transpose.output_size", size=5, kernel_size=3, stride=2, padding=1, output_padding=1
    ).evidence()
    assert dict(numbers.rows)["output"] == 10
    assert [tuple(row) for row in writing.rows] == [(0, -1, 1), (1, 1, 3), (4, 7, 9)]
    signal = torch.zeros(1, 1, 5)
    signal[..., 1] = 1
    output = functional.conv_transpose1d(signal, torch.ones(1, 1, 3), stride=2, padding=1, output_padding=1)
    assert output[0, 0].nonzero().flatten().tolist() == [1, 2, 3]


PAIR = st.tuples(st.integers(1, 3), st.integers(1, 3))
LOW = st.tuples(st.integers(0, 2), st.integers(0, 2))
IMAGES = st.fixed_dictionaries(
    {
        "in_channels": st.integers(1, 6),
        "height": st.integers(1, 5),
        "width": st.integers(1, 5),
        "out_channels": st.integers(1, 6),
        "kernel_size": PAIR | st.integers(1, 4),
        "stride": PAIR | st.integers(1, 3),
        "padding": LOW | st.integers(0, 2),
        "output_padding": LOW,
        "dilation": PAIR,
        "groups": st.integers(1, 2),
    }
)


@settings(max_examples=60, deadline=None)
@given(IMAGES)
def test_shape_and_macs_are_those_of_a_real_run_or_refused_with_it(chosen: dict[str, Any]) -> None:
    image = torch.zeros(1, chosen["in_channels"], chosen["height"], chosen["width"])
    others = {name: value for name, value in chosen.items() if name not in ("height", "width")}
    try:
        layer = nn.ConvTranspose2d(**others, bias=False)
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            expected = list(layer(image).shape[1:])
        if 0 in expected:
            raise RuntimeError("an empty output")
    except (RuntimeError, ValueError):
        for name in ("conv_transpose.output_shape", "conv_transpose.macs"):
            with pytest.raises(Refused, match=r"must be smaller than stride|none is left|must divide"):
                run(name, **chosen)
        return
    assert run("conv_transpose.output_shape", **chosen).value == expected
    assert run("conv_transpose.macs", **chosen).value * 2 == counter.get_total_flops()


def test_axes_are_named_in_refusals() -> None:
    with pytest.raises(Refused, match=r"^height: output_padding 2 must be smaller than stride 2 or dilation 1"):
        run(
            "conv_transpose.output_shape",
            in_channels=1,
            height=4,
            width=4,
            out_channels=1,
            kernel_size=3,
            stride=[2, 3],
            output_padding=2,
        )


def test_an_output_that_overflows_is_refused() -> None:
    with pytest.raises(Refused, match=r"^an output of 65536×\d+×\d+ has more than 1,000,000,000,000 elements"):
        run(
            "conv_transpose.output_shape",
            in_channels=1,
            height=65_536,
            width=65_536,
            out_channels=65_536,
            kernel_size=1024,
            stride=1024,
            dilation=1024,
        )
