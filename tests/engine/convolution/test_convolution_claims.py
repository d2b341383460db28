"""Experiments on convolutions, poolings and up-samplings: what each states, and controls that deny it."""

from typing import Any

import pytest
import torch
from claim_runs import assert_settles, assert_shows
from door_runs import run

from engine.errors import Refused

torch.set_num_threads(1)

UNDONE, MATRIX, SHIFT = (
    "conv.can_undo_shuffled_pixels",
    "conv.matrix_repeats_along_diagonals",
    "conv.shift_shows_only_near_border",
)
WIDENED, GROWTH, EFFECTIVE = (
    "receptive_field.widened_by",
    "receptive_field.growth_is",
    "receptive_field.effective_grows_as",
)
CONSTANT, SUBPIXEL = "pixel_shuffle.keeps_constant_image", "pixel_shuffle.is_transposed_convolution"

CLAIMS: list[tuple[str, dict[str, Any], list[dict[str, Any]]]] = [
    # name, arguments for which it holds, controls for which it does not
    ("conv.is_linear_on_channels", {"kernel_size": 1}, [{"kernel_size": 3}]),
    ("conv.is_matrix_product", {"between": "nothing"}, [{"between": "relu"}]),
    ("conv.is_matrix_product", {"between": "nothing", "stride": 2}, [{"between": "relu", "stride": 2}]),
    (MATRIX, {"layer": "conv"}, [{"layer": "local"}, {"layer": "linear"}, {"layer": "conv", "stride": 2}]),
    (UNDONE, {"layer": "linear"}, [{"layer": "conv"}]),
    ("conv.learns_kernel_from", {"image": "stripes"}, [{"image": "constant"}]),
    ("conv.learns_kernel_from", {"image": "random"}, [{"image": "constant"}]),
    (SHIFT, {"layer": "conv"}, [{"layer": "local"}, {"layer": "linear"}, {"left_out": 0}]),
    (SHIFT, {"shift": 3, "left_out": 2}, [{"shift": 3, "left_out": 0}]),
    ("pool.spike_stays", {"column": 2}, [{"column": 2, "shift": -1}, {"column": 2, "shift": 2}]),
    ("pool.spike_stays", {"column": 3, "kernel_size": 3, "kind": "avg"}, [{"column": 5, "kernel_size": 3}]),
    (
        "pool.ignores_change",
        {"change": "shift inside windows"},
        [{"change": "shift across windows"}, {"change": "doubled size"}, {"change": "quarter turn"}],
    ),
    ("conv.dilation_puts_zeros_in_kernel", {"zeros": "d - 1", "dilation": 3}, [{"zeros": "d", "dilation": 3}]),
    (WIDENED, {"change": "dilation"}, [{"change": "own stride"}, {"change": "padding"}, {"change": "1×1 layer"}]),
    (WIDENED, {"change": "own stride", "unit": "a later layer"}, [{"change": "padding", "unit": "a later layer"}]),
    (WIDENED, {"change": "stride before"}, [{"change": "1×1 layer", "unit": "a later layer"}]),
    (WIDENED, {"change": "larger kernel"}, [{"change": "own stride"}]),
    (WIDENED, {"change": "3×3 layer"}, [{"change": "1×1 layer"}]),
    (GROWTH, {"growth": "linear"}, [{"growth": "exponential"}, {"growth": "linear", "dilation": "doubled"}]),
    (GROWTH, {"growth": "exponential", "dilation": "doubled"}, [{"growth": "linear", "dilation": "doubled"}]),
    (GROWTH, {"growth": "exponential", "stride": 2}, [{"growth": "linear", "stride": 2}]),
    (EFFECTIVE, {"power": "root of the depth"}, [{"power": "depth"}, {"power": "root of the depth", "of": "field"}]),
    (EFFECTIVE, {"power": "depth", "of": "field"}, [{"power": "depth", "of": "effective width"}]),
    ("conv_stacked.is_one_kernel", {"between": "nothing"}, [{"between": "relu"}]),
    ("conv_stacked.reaches_every_kernel", {"channels": 4}, [{"channels": 1}]),
    ("conv_stacked.has_fewer_weights", {"num_layers": 3}, [{"num_layers": 1}, {"num_layers": 2, "kernel_size": 1}]),
    ("conv_asymmetric.represents", {"kernel": "outer product"}, [{"kernel": "random"}, {"kernel": "Laplacian"}]),
    ("conv_asymmetric.represents", {"kernel": "Sobel"}, [{"kernel": "Laplacian"}]),
    (
        "conv_depthwise.costs_share",
        {"share": "1/out_channels"},
        [{"share": "1/in_channels"}, {"share": "1/kernel_size²"}],
    ),
    (
        "conv_depthwise.costs_share",
        {"share": "1/in_channels", "in_channels": 8, "out_channels": 8},
        [{"share": "1/in_channels", "in_channels": 8, "out_channels": 9}],
    ),
    ("conv.groups_divide_macs_by", {"factor": "groups"}, [{"factor": "groups²"}, {"factor": "1"}]),
    ("conv.is_separate_groups", {"groups": 2}, [{"groups": 2, "assigned": "every groups-th"}]),
    ("conv.is_separate_groups", {"groups": 4}, [{"groups": 4, "assigned": "every groups-th"}]),
    ("conv.reduction_saves", {}, [{"reduced_channels": 192}]),
    ("channel_shuffle.undone_by", {"by": "channels/groups"}, [{"by": "groups"}]),
    ("channel_shuffle.undone_by", {"by": "groups", "channels": 9}, [{"by": "groups", "channels": 12}]),
    ("channel_shuffle.copies_memory", {"groups": 3}, [{"groups": 1}, {"groups": 12}]),
    (SUBPIXEL, {"kernel_size": 2}, [{"kernel_size": 3}, {"kernel_size": 1}]),
    (SUBPIXEL, {"kernel_size": 3, "factor": 3}, [{"kernel_size": 4, "factor": 3}]),
    (
        CONSTANT,
        {"by": "pixel_shuffle", "weights": "equal"},
        [{"by": "pixel_shuffle"}, {"by": "conv_transpose", "weights": "equal"}, {"by": "conv_transpose"}],
    ),
    (CONSTANT, {"by": "nearest"}, [{"by": "pixel_shuffle"}]),
    ("pixel_shuffle.undone_by", {"by": "pixel_unshuffle"}, [{"by": "average pooling"}]),
    (
        "upsample.is_transposed_convolution",
        {"align_corners": False},
        [{"align_corners": True}, {"align_corners": False, "part": "whole image"}],
    ),
    ("upsample.is_transposed_convolution", {"stride": 4}, [{"stride": 4, "align_corners": True}]),
    ("upsample.is_transposed_convolution", {"stride": 3}, [{"stride": 3, "align_corners": True}]),
    ("upsample.is_transposed_convolution", {"stride": 5}, [{"stride": 5, "part": "whole image"}]),
    ("upsample.keeps", {"what": "corners", "align_corners": True}, [{"what": "corners"}]),
    ("upsample.keeps", {"what": "positions"}, [{"what": "positions", "align_corners": True}]),
    ("conv3d.equals_stacked_frames", {"depth": "all frames"}, [{"depth": "3 frames"}]),
    ("conv3d.takes_any_number_of_frames", {"head": "none"}, [{"head": "linear"}]),
    ("conv3d.takes_any_number_of_frames", {"head": "global average"}, [{"head": "linear"}]),
    ("pool.head_takes_any_size", {"head": "global average"}, [{"head": "flatten"}]),
    ("pool.head_takes_any_size", {"head": "adaptive 6×6"}, [{"head": "flatten"}]),
    ("pool.adaptive_changes_nothing", {"size": 6, "output_size": 6}, [{"size": 7, "output_size": 6}]),
    ("pool.global_average_tells_apart", {}, [{"images": "shuffled"}, {"images": "spike and grey"}]),
]


@pytest.mark.parametrize(("name", "holding", "controls"), CLAIMS)
def test_claim_holds_and_its_controls_do_not(
    name: str, holding: dict[str, Any], controls: list[dict[str, Any]]
) -> None:
    assert_settles(name, holding, controls)


@pytest.mark.parametrize(("name", "holding"), [(name, holding) for name, holding, _ in CLAIMS])
def test_evidence_starts_with_the_answer_and_shows_both_outcomes(name: str, holding: dict[str, Any]) -> None:
    assert_shows(name, holding)


SENTENCES: list[tuple[str, dict[str, Any], str]] = [
    ("conv.output", {"x": [[1, 2]], "weight": [[1], [2]]}, "height: the kernel spans 2 cells"),
    ("conv.output", {"x": [[1, 2]], "weight": [[[[1]]]]}, "an image [H, W] takes a kernel [kh, kw]"),
    ("conv.output", {"x": [1, 2], "weight": [[1]]}, "an image is [H, W] or [C, H, W], not a list of 2"),
    ("conv.output", {"x": [[1, 2]], "weight": [[1]], "at": [0, 2]}, "'at' is [0, 2], and the answer is 1×2"),
    ("conv.output", {"x": [[1, 2]], "weight": [[1]], "at": [0]}, "'at' is [0], and the answer is 1×2"),
    ("conv.output", {"x": [[1, 2]], "weight": [[1]], "bias": [1, 2]}, "'bias' needs 1 values"),
    ("conv.output", {"x": [[[1]], [[2]]], "weight": [[[[1]]]]}, "x has 2 channels, and a weight of (1, 1, 1, 1)"),
    ("conv.output", {"x": [[1] * 64] * 64, "weight": [[1] * 33] * 33, "padding": 64}, "this run takes "),
    ("conv.gradient", {"x": [[1, 2]], "weight": [[1]], "of": "x", "upstream": [[1]]}, "'upstream' needs the output's"),
    ("pool.output", {"x": [[1, 2]], "kernel_size": 2, "padding": 2}, "height: padding 2 is more than half"),
    ("pool.gradient", {"x": [[1, 2], [3, 4]], "kernel_size": 2, "upstream": [[1, 2]]}, "'upstream' needs the output's"),
    ("conv_transpose.output", {"x": [[1]], "weight": [[1]], "output_padding": 1}, "height: output_padding 1 must be"),
    ("conv_transpose.equivalent_padding", {"kernel_size": 3, "padding": 3}, "with padding 3 and a kernel over 3 cells"),
    ("pixel_shuffle.output", {"x": [[[1]]] * 6, "upscale_factor": 2}, "upscale_factor 2 needs a multiple of 2² = 4"),
    ("pixel_shuffle.undone", {"x": [[1, 2, 3]], "downscale_factor": 2}, "downscale_factor 2 must divide height 1"),
    ("channel_shuffle.order", {"channels": 7, "groups": 2}, "groups 2 must divide the 7 channels"),
    ("channel_shuffle.place", {"channels": 6, "groups": 2, "channel": 6}, "'channel' is 6, and 6 channels are"),
    ("upsample.output", {"x": [[1]], "size": 2, "mode": "nearest", "align_corners": True}, "'align_corners' is for"),
    ("linear.output", {"x": [1, 2], "weight": [[1]]}, "a weight of (1, 1) cannot read x of (2,)"),
    ("linear.distance_when_flattened", {"height": 1, "width": 2}, "an image with one cell along height"),
    ("conv_separable.output", {"x": [[1]], "depthwise": [[[1]]], "pointwise": [[1, 2]]}, "'depthwise' needs a kernel"),
    ("conv3d.output", {"x": [[[1]]], "weight": [[[1]], [[1]]]}, "time: the kernel spans 2 cells"),
    ("conv3d.macs", {"in_channels": 65536, "frames": 65536, "height": 65536, "width": 9, "out_channels": 1,
                     "kernel_size": 1}, "an input of 65536×65536×65536×9 has more than"),
    ("conv3d.num_params", {"in_channels": 65536, "out_channels": 65536, "kernel_size": 1024},
     "a weight of 65536×65536×1024×1024×1024 has more than"),
    ("conv3d.weight_shape", {"in_channels": 65536, "out_channels": 65536, "kernel_size": 1024}, "a weight of 65536×"),
    ("conv3d.macs", {"in_channels": 65536, "frames": 64, "height": 64, "width": 64, "out_channels": 65536,
                     "kernel_size": 64}, "a weight of 65536×65536×64×64×64 has more than"),
    ("conv_depthwise.macs_ratio", {"in_channels": 65536, "out_channels": 65536, "kernel_size": 63},
     "a weight of 65536×65536×63×63 has more than"),
    ("conv.learnt_kernel", {"steps": 500, "lr": 1}, "with lr 1 a weight leaves ±1,000,000 in step "),
    ("conv.num_weights", {"connections": "full", "in_channels": 65536, "height": 256, "width": 256,
                          "out_channels": 8192, "kernel_size": 1}, "a layer from "),
    ("conv.num_weights", {"connections": "full", "in_channels": 65536, "height": 65536, "width": 65536,
                          "out_channels": 65536, "kernel_size": 1}, "a layer from "),
    ("conv.matrix_entries", {"which": "all", "height": 64, "width": 64, "kernel_size": 3}, "this run takes "),
    ("conv_asymmetric.macs_ratio", {"kernel_size": 4}, "kernel_size is 4, and only an odd kernel keeps the size"),
    ("receptive_field.layers_needed", {"size": 4096}, "64 layers see 129 cells, not 4096"),
    ("conv.weight_shape", {"in_channels": 3, "out_channels": 4, "kernel_size": 3, "groups": 2}, "groups 2 must divide"),
    ("pool.adaptive_windows", {"size": 1024, "output_size": 1024}, "1024 cells and 1024 windows are more than"),
    ("pool.spike_stays", {"column": 0, "shift": -1}, "windows of 2 hold columns 0 to 15 of 16"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments", "sentence"), SENTENCES)
def test_what_does_not_fit_is_refused_with_a_sentence(name: str, arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused) as caught:
        run(name, **arguments)
    assert str(caught.value).startswith(sentence)
    assert "\n" not in str(caught.value)
