from typing import Any

import pytest
import torch
from door_runs import run
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from engine.analysis import output_shape
from engine.analysis.window import Window
from engine.errors import Refused

torch.set_num_threads(1)


def places(
    size: int, kernel_size: int, stride: int | None, padding: int, dilation: int, ceil_mode: bool, **_: Any
) -> int:
    """Count the windows one by one.

    A window may stand where it fits. With ceil_mode it may also stand wherever the place before it left cells of the
    padded input uncovered, unless it would start beyond the input itself.
    """
    step, end = stride or kernel_size, size + padding
    count, start = 0, -padding
    while True:
        stop = start + dilation * (kernel_size - 1) + 1
        fits = stop - step < end and start < size if ceil_mode else stop <= end
        if not fits:
            return count
        count, start = count + 1, start + step


def by_torch(chosen: dict[str, Any]) -> int:
    arguments = {name: value for name, value in chosen.items() if name not in ("size", "kind", "dilation")}
    image = torch.zeros(1, 1, chosen["size"], chosen["size"])
    if chosen["kind"] == "avg":
        return int(functional.avg_pool2d(image, **arguments).shape[2])
    return int(functional.max_pool2d(image, dilation=chosen["dilation"], **arguments).shape[2])


SETTINGS = st.fixed_dictionaries(
    {
        "size": st.integers(1, 25),
        "kernel_size": st.integers(1, 7),
        "stride": st.none() | st.integers(1, 8),
        "padding": st.integers(0, 4),
        "dilation": st.integers(1, 3),
        "ceil_mode": st.booleans(),
        "kind": st.sampled_from(["max", "avg"]),
    }
).map(lambda chosen: chosen | ({"dilation": 1} if chosen["kind"] == "avg" else {}))


@settings(max_examples=150, deadline=None)
@given(SETTINGS)
def test_output_size_is_the_number_of_places_and_refuses_what_torch_refuses(chosen: dict[str, Any]) -> None:
    expected = places(**chosen)
    if expected == 0 or 2 * chosen["padding"] > chosen["kernel_size"]:
        with pytest.raises(RuntimeError):
            by_torch(chosen)
        with pytest.raises(Refused, match=r"more than half of kernel_size|the kernel spans"):
            run("pool.output_size", **chosen)
        return
    assert by_torch(chosen) == expected
    assert run("pool.output_size", **chosen).value == expected
    window = Window(
        chosen["kernel_size"], chosen["stride"] or chosen["kernel_size"], chosen["padding"], chosen["dilation"]
    )
    assert window.positions(chosen["size"], chosen["ceil_mode"]) == expected


@settings(max_examples=60, deadline=None)
@given(SETTINGS)
def test_the_meta_device_gives_the_same_answers(chosen: dict[str, Any]) -> None:
    def answer() -> Any:
        try:
            return run("pool.output_size", **chosen).value
        except Refused as refused:
            return str(refused)

    real = answer()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(output_shape, "MOST_WORK", 0)
        assert answer() == real


@pytest.mark.parametrize(
    ("settings_", "published"),
    [
        ({"size": 112, "kernel_size": 3, "stride": 2, "padding": 1}, 56),
        ({"size": 55, "kernel_size": 3, "stride": 2}, 27),
        ({"size": 224, "kernel_size": 2}, 112),
        ({"size": 112, "kernel_size": 3, "stride": 2, "ceil_mode": True}, 56),
    ],
    ids=["ResNet", "AlexNet", "VGG", "GoogLeNet"],
)
def test_published_sizes(settings_: dict[str, Any], published: int) -> None:
    assert run("pool.output_size", **settings_).value == published


def test_ceil_mode_drops_a_window_that_would_start_in_the_right_padding() -> None:
    chosen = {"size": 4, "kernel_size": 2, "stride": 3, "padding": 1, "ceil_mode": True}
    assert run("pool.output_size", **chosen).value == 2  # ceil((4 + 2 − 2)/3) + 1 would be 3
    assert run("pool.output_size", **{**chosen, "size": 6}).value == 3


def test_ceil_mode_may_place_a_window_wider_than_the_input() -> None:
    assert run("pool.output_size", size=2, kernel_size=3, stride=2, ceil_mode=True).value == 1
    with pytest.raises(Refused, match=r"^the kernel spans 3 cells .* has only 2; use a smaller kernel_size"):
        run("pool.output_size", size=2, kernel_size=3, stride=2)


def test_evidence_says_where_the_last_window_ends() -> None:
    def last_words(**arguments: Any) -> str:
        return run("pool.output_size", **arguments).evidence()[-1].text

    assert last_words(size=6, kernel_size=3, stride=2) == "Never reached, at the end of the padded input: 1 cell."
    hanging = "The last window reaches beyond the padded input, by 1 cell."
    assert last_words(size=6, kernel_size=3, stride=2, ceil_mode=True) == hanging


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            {"size": 8, "kernel_size": 3, "padding": 2},
            "padding 2 is more than half of kernel_size 3, so a window could stand in the padding alone; "
            "padding must be at most 1",
        ),
        (
            {"size": 8, "kernel_size": 2, "dilation": 2, "kind": "avg"},
            "average pooling has no dilation in torch, so 2 cannot be used; leave it out",
        ),
        (
            {"size": 8, "kernel_size": 2, "kind": "maxx"},
            "pool.output_size: 'kind' must be one of 'max', 'avg', not 'maxx'; did you mean 'max'?",
        ),
        (
            {"size": 8, "kernel_size": 2, "stride": 0},
            "pool.output_size: 'stride' must be a whole number from 1 to 1024 or null, not 0",
        ),
        (
            {"size": 8, "kernel_size": 2, "ceil_mode": 1},
            "pool.output_size: 'ceil_mode' must be true or false, not 1",
        ),
    ],
)
def test_wrong_settings_are_refused_with_a_sentence(arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused) as caught:
        run("pool.output_size", **arguments)
    assert str(caught.value) == sentence


def test_padding_is_held_against_the_kernel_and_not_against_its_dilated_extent() -> None:
    """A kernel of 3 with dilation 2 spans 5 cells, but torch's CPU run still refuses a padding of 2."""
    with pytest.raises(RuntimeError):
        functional.max_pool2d(torch.zeros(1, 1, 9, 9), 3, padding=2, dilation=2)
    with pytest.raises(Refused, match="more than half of kernel_size 3"):
        run("pool.output_size", size=9, kernel_size=3, padding=2, dilation=2)


PAIR = st.tuples(st.integers(1, 3), st.integers(1, 3))


@settings(max_examples=60, deadline=None)
@given(
    st.fixed_dictionaries(
        {
            "channels": st.integers(1, 3),
            "height": st.integers(1, 9),
            "width": st.integers(1, 9),
            "kernel_size": PAIR,
            "stride": st.none() | PAIR,
            "padding": st.tuples(st.integers(0, 2), st.integers(0, 2)),
            "dilation": PAIR,
            "ceil_mode": st.booleans(),
        }
    )
)
def test_shape_is_that_of_a_real_run_or_refused_with_it(chosen: dict[str, Any]) -> None:
    image = torch.zeros(1, chosen["channels"], chosen["height"], chosen["width"])
    others = {name: value for name, value in chosen.items() if name not in ("channels", "height", "width")}
    try:
        expected = list(functional.max_pool2d(image, **others).shape[1:])
    except RuntimeError:
        with pytest.raises(Refused, match=r"^(height|width): "):
            run("pool.output_shape", **chosen)
        return
    assert run("pool.output_shape", **chosen).value == expected
    assert run("pool.macs", **chosen).value == 0


def test_average_pooling_shape_macs_and_parameters() -> None:
    head = {"channels": 2048, "height": 7, "width": 7, "kernel_size": 7, "kind": "avg"}
    assert run("pool.output_shape", **head).value == [2048, 1, 1]
    assert run("pool.macs", **head).value == 0
    assert run("pool.num_params", kernel_size=7, kind="avg").value == 0
    (table,) = run("pool.output_shape", **head).evidence()
    assert [tuple(row) for row in table.rows][-1] == ("AvgPool2d", "1×2048×1×1", 0, 0)
    with pytest.raises(Refused, match="average pooling has no dilation"):
        run("pool.output_shape", **head, dilation=[1, 2])
