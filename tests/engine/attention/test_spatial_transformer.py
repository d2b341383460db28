"""Spatial transformers beside torch's affine_grid and grid_sample, beside gradients, and beside plain sums."""

import math

import pytest
import torch
from door_runs import run
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional
from torch.testing import assert_close

from engine.attention.affine_grid import affine_grid, crop, identity, rotation, scaling, translation
from engine.attention.sampling_kernels import bilinear, nearest, sample, to_pixels
from engine.attention.spatial_transformer import SmallLocalisation, SpatialTransformer
from engine.errors import Refused

torch.set_num_threads(1)
EXACT = {"rtol": 1e-9, "atol": 1e-9}


def randn(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def theta_near_identity(seed, count=1):
    return torch.eye(2, 3, dtype=torch.float64) + 0.3 * randn(seed, count, 2, 3)


@settings(max_examples=20)
@given(st.integers(1, 3), st.integers(2, 6), st.integers(2, 6), st.booleans(), st.integers(0, 99))
def test_the_grid_is_torchs(batch, height, width, align_corners, seed):
    theta = randn(seed, batch, 2, 3)
    expected = functional.affine_grid(theta, [batch, 1, height, width], align_corners=align_corners)
    assert_close(affine_grid(theta, height, width, align_corners), expected, **EXACT)


def test_a_single_pixel_looks_at_the_middle():
    theta = torch.tensor([[[2.0, 0, 0.25], [0, 2, -0.5]]], dtype=torch.float64)
    for align_corners in (True, False):
        assert affine_grid(theta, 1, 1, align_corners).flatten().tolist() == [0.25, -0.5]


@pytest.mark.parametrize("kernel", ["bilinear", "nearest"])
@pytest.mark.parametrize("align_corners", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_the_sampler_is_torchs(kernel, align_corners, seed):
    image, points = randn(seed, 2, 3, 5, 7), 1.5 * (randn(seed + 50, 2, 4, 6, 2).tanh())
    expected = functional.grid_sample(image, points, mode=kernel, align_corners=align_corners)
    assert_close(sample(image, points, kernel, align_corners), expected, **EXACT)


def test_kernels_by_arithmetic():
    distances = torch.tensor([-1.5, -0.75, 0.0, 0.25, 0.6, 1.0, 3.0], dtype=torch.float64)
    zero = torch.zeros_like(distances)
    assert bilinear(distances, zero).tolist() == pytest.approx([0, 0.25, 1, 0.75, 0.4, 0, 0], abs=1e-12)
    assert nearest(distances, zero).tolist() == [0, 0, 1, 1, 0, 0, 0]
    for distance, expected in [(0.25, 0.75), (-0.75, 0.25), (1.5, 0.0)]:
        assert run("stn.sampling_weight", distance=distance).value == pytest.approx(expected, abs=1e-12)
        assert run("stn.sampling_weight", distance=distance, kernel="nearest").value == float(abs(distance) < 0.5)


def test_four_pixels_make_a_bilinear_value_and_their_shares_sum_to_one():
    found = torch.tensor(run("stn.source_weights", x=0.1, y=-0.2, height=4, width=5).value, dtype=torch.float64)
    column, row = ((0.1 + 1) * 5 - 1) / 2, ((-0.2 + 1) * 4 - 1) / 2
    expected = [[max(0, 1 - abs(column - m)) * max(0, 1 - abs(row - n)) for m in range(5)] for n in range(4)]
    assert_close(found, torch.tensor(expected, dtype=torch.float64), **EXACT)
    assert run("stn.num_sources", x=0.1, y=-0.2, height=4, width=5).value == 4
    assert run("stn.num_sources", x=0.1, y=-0.2, height=4, width=5, kernel="nearest").value == 1
    assert float(found.sum()) == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize("align_corners", [True, False])
def test_positions_in_pixels(align_corners):
    for position in (-1.0, -0.3, 0.0, 0.5, 1.0):
        expected = (position + 1) / 2 * 7 if align_corners else (position + 1) / 2 * 8 - 0.5
        given_position = torch.tensor(position, dtype=torch.float64)
        assert float(to_pixels(given_position, 8, align_corners)) == pytest.approx(expected, rel=1e-12)
        asked = {"position": position, "size": 8, "align_corners": align_corners}
        assert run("stn.pixel_position", **asked).value == pytest.approx(expected, rel=1e-9)


def layer_with(theta, size, kernel="bilinear"):
    """A transformer that chooses one map for every image."""
    with torch.random.fork_rng():
        layer = SpatialTransformer(nn.Flatten(), features=2 * 5 * 6, output_size=size, kernel=kernel).double()
    layer.to_theta.weight.data.zero_()
    layer.to_theta.bias.data = theta.flatten()
    return layer


@pytest.mark.parametrize("seed", range(3))
def test_the_layer_is_affine_grid_and_grid_sample(seed):
    theta, image = theta_near_identity(seed)[0], randn(seed, 3, 2, 5, 6)
    layer = layer_with(theta, (4, 7))
    points = functional.affine_grid(theta.expand(3, 2, 3), [3, 2, 4, 7], align_corners=False)
    assert_close(layer(image), functional.grid_sample(image, points, align_corners=False), **EXACT)
    assert_close(layer.theta(image), theta.expand(3, 2, 3), **EXACT)
    assert sum(p.numel() for p in layer.parameters()) == 60 * 6 + 6


def test_gradients_of_the_layer_are_right_for_image_and_theta():
    image = randn(0, 1, 2, 5, 6).requires_grad_()
    theta = theta_near_identity(1).requires_grad_()

    def warp(given_image, given_theta):
        return sample(given_image, affine_grid(given_theta, 3, 4))

    def by_torch(given_image, given_theta):
        points = functional.affine_grid(given_theta, [1, 2, 3, 4], align_corners=False)
        return functional.grid_sample(given_image, points, align_corners=False)

    upstream = randn(2, 1, 2, 3, 4)
    for ours, theirs in zip(
        torch.autograd.grad(warp(image, theta), (image, theta), upstream),
        torch.autograd.grad(by_torch(image, theta), (image, theta), upstream),
        strict=True,
    ):
        assert_close(ours, theirs, **EXACT)
    assert torch.autograd.gradcheck(warp, (image, theta))
    flat = sample(image, affine_grid(theta, 3, 4), "nearest")
    assert torch.autograd.grad(flat.sum(), theta, allow_unused=True) == (None,)


def test_a_fresh_layer_changes_nothing():
    layer = SpatialTransformer(SmallLocalisation(1, 28, 8), features=8, output_size=(28, 28)).double()
    image = randn(0, 2, 1, 28, 28)
    assert_close(layer(image), image, **EXACT)


def test_parameters_of_the_layer_with_its_small_net():
    convolutions = (3 * 49 + 1) * 8 + (8 * 25 + 1) * 10
    linear = (10 * 5 * 5 + 1) * 20 + (20 + 1) * 6
    assert run("stn.num_params", in_channels=3, size=35, features=20).value == convolutions + linear
    assert run("stn.num_params", in_channels=1, size=28).value == 5520


THETAS = [
    ([[1, 0, 0], [0, 1, 0]], "identity"),
    ([[0.5, 0, 0], [0, 0.5, 0]], "zoom in"),
    ([[2, 0, 0], [0, 2, 0]], "zoom out"),
    ([[0, -1, 0], [1, 0, 0]], "a quarter turn"),
    ([[0.5, 0, 0.5], [0, 0.5, -0.5]], "crop"),
]


@pytest.mark.parametrize("theta", [theta for theta, _ in THETAS], ids=[name for _, name in THETAS])
def test_the_doors_sample_as_a_loop_does(theta):
    image = randn(3, 4, 6).tolist()
    seen = run("stn.transform", image=image, theta=theta, height=3, width=5).value
    grid = run("stn.grid", theta=theta, height=3, width=5).value
    for i in range(3):
        for j in range(5):
            target = ((2 * j + 1) / 5 - 1, (2 * i + 1) / 3 - 1)
            point = [a * target[0] + b * target[1] + shift for a, b, shift in theta]
            assert grid[i][j] == pytest.approx(point, abs=1e-9)
            assert run("stn.source_point", theta=theta, x=target[0], y=target[1]).value == pytest.approx(
                point, abs=1e-12
            )
            x, y = ((point[0] + 1) * 6 - 1) / 2, ((point[1] + 1) * 4 - 1) / 2
            value = sum(
                image[n][m] * max(0, 1 - abs(x - m)) * max(0, 1 - abs(y - n)) for n in range(4) for m in range(6)
            )
            assert seen[i][j] == pytest.approx(value, abs=1e-9)


def test_directions_a_positive_shift_moves_the_picture_left_and_a_small_scale_enlarges_it():
    picture = [[0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]]
    moved = run("stn.transform", image=picture, theta=[[1, 0, 0.5], [0, 1, 0]]).value
    assert moved == [pytest.approx([1.0, 0, 0, 0, 0, 0, 0, 0], abs=1e-12)]
    square = torch.zeros(8, 8)
    square[3:5, 3:5] = 1
    for scale, area in [(0.5, 16), (1, 4), (2, 1)]:
        seen = run("stn.transform", image=square.tolist(), theta=[[scale, 0, 0], [0, scale, 0]]).value
        assert sum(map(sum, seen)) == pytest.approx(area, rel=1e-9)


def test_the_output_has_the_size_of_the_grid():
    assert run("stn.output_shape", shape=[8, 3, 28, 28], height=14, width=20).value == [8, 3, 14, 20]


def test_maps_that_are_made_by_name():
    assert identity().tolist() == [[1, 0, 0], [0, 1, 0]]
    assert scaling(0.5, 2).tolist() == [[0.5, 0, 0], [0, 2, 0]]
    assert translation(0.25, -1).tolist() == [[1, 0, 0.25], [0, 1, -1]]
    assert crop(0.5, -0.5, 0.25).tolist() == [[0.25, 0, 0.5], [0, 0.25, -0.5]]
    root = math.sqrt(0.5)
    assert rotation(45).flatten().tolist() == pytest.approx([root, -root, 0, root, root, 0])
    turned = run("stn.theta_for", x=0.1, y=0.2, scale=2, degrees=30).value
    assert turned[0] == pytest.approx([math.sqrt(3), -1, 0.1])
    assert turned[1] == pytest.approx([1, math.sqrt(3), 0.2])


def test_a_window_that_turns_clockwise_turns_the_picture_the_other_way():
    picture = [[0, 1, 0], [0, 0, 0], [0, 0, 0]]  # a dot at the top
    theta = run("stn.theta_for", degrees=90).value
    seen = run("stn.transform", image=picture, theta=theta).value
    assert [[round(value) for value in row] for row in seen] == [[0, 0, 0], [1, 0, 0], [0, 0, 0]]  # now at the left


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: affine_grid(torch.zeros(2, 3), 2, 2),
            r"theta is one 2×3 matrix for each image, \(N, 2, 3\), not \(2, 3\)",
        ),
        (
            lambda: run("stn.grid", theta=[[1, 0, 0], [0, 1, 0]], height=1, width=2, align_corners=True),
            "with align_corners a grid has at least 2 pixels along each side, not 1 and 2",
        ),
        (lambda: run("stn.num_params", size=21), "'size' must be a whole number from 22 to 512, not 21"),
        (lambda: run("stn.grid", theta=[[1, 0], [0, 1]], height=1, width=1), "'theta.0.' must be a list of 3 items"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(Refused, match=sentence):
        call()


def test_evidence_shows_the_window_and_the_picture_before_and_after():
    blocks = run("stn.transform", image=[[1, 2], [3, 4]], theta=[[0.5, 0, 0], [0, 0.5, 0]]).evidence()
    assert [block.block for block in blocks] == ["heatmap", "path", "heatmap"]
    assert max(abs(x) for x in blocks[1].series[1].x) == pytest.approx(0.25)
