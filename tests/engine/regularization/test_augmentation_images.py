"""Flips, crops, affine maps, colour shifts and scale jitter, beside torch's sampling and plain counting."""

import math

import numpy as np
import pytest
import torch
from door_runs import run
from torch.nn import functional

from engine.augmentation.affine import affine, affine_matrix
from engine.augmentation.colour import colour_shift, pca_colour, principal_colours
from engine.augmentation.crops import crop, num_offsets, random_crop, random_offset, ten_crops
from engine.augmentation.flips import flip, random_flip
from engine.augmentation.scale_jitter import resize, resized, scale_jitter
from engine.errors import Refused


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def picture(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=seeded(seed))


def by_grid_sample(image, angle, scale, translate):
    """Return torch's own affine map; its grid runs from -1 to 1, and its matrix leads from new places to old ones."""
    height, width = image.shape[-2:]
    radians = math.radians(angle)
    forward = scale * np.array([[math.cos(radians), math.sin(radians)], [-math.sin(radians), math.cos(radians)]])
    back = np.linalg.inv(forward)
    shift = -back @ np.array(translate)
    sizes = np.array([width / 2, height / 2])
    theta = np.concatenate([back * sizes[None, :] / sizes[:, None], (shift / sizes)[:, None]], axis=1)
    grid = functional.affine_grid(torch.from_numpy(theta)[None], [1, 1, height, width], align_corners=False)
    return functional.grid_sample(image[None, None], grid, mode="bilinear", padding_mode="zeros", align_corners=False)[
        0, 0
    ]


@pytest.mark.parametrize(("kind", "axis"), [("horizontal", -1), ("vertical", -2)])
def test_flips_equal_torchs(kind, axis):
    image = picture(3, 4, 5)
    torch.testing.assert_close(flip(image, kind), torch.flip(image, (axis,)), rtol=0, atol=0)
    expected = torch.flip(image[0], (axis,))
    for row, column in ((0, 0), (3, 4), (1, 3)):
        found = run("augmentation.flip", image=image[0].tolist(), kind=kind, row=row, column=column).value
        assert found == float(expected[row, column])


def test_a_random_flip_is_one_or_the_other_by_its_probability():
    image = picture(3, 4, 5)
    drawn = [torch.equal(random_flip(image, seeded(seed), 0.25), torch.flip(image, (-1,))) for seed in range(200)]
    assert 25 <= sum(drawn) <= 75
    assert all(torch.equal(random_flip(image, seeded(seed), 0.0), image) for seed in range(5))


@pytest.mark.parametrize(
    ("angle", "scale", "translate"),
    [(90.0, 1.0, (0.0, 0.0)), (30.0, 1.3, (0.5, -1.0)), (-75.0, 0.6, (0.0, 2.0)), (0.0, 1.0, (1.0, 0.0))],
)
@pytest.mark.parametrize("shape", [(5, 5), (4, 7)])
def test_affine_maps_equal_torchs(shape, angle, scale, translate):
    image = picture(*shape)
    expected = by_grid_sample(image, angle, scale, translate)
    found = affine(image, affine_matrix(angle, scale, translate))
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)
    arguments = {"image": image.tolist(), "angle": angle, "scale": scale, "translate": list(translate)}
    place = divmod(int(expected.abs().argmax()), shape[1])
    value = run("augmentation.affine", **arguments, row=place[0], column=place[1]).value
    assert value == pytest.approx(float(expected[place]), rel=1e-9)


def test_a_quarter_turn_is_counter_clockwise():
    image = picture(4, 4)
    torch.testing.assert_close(affine(image, affine_matrix(90.0)), torch.rot90(image), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("height", "width", "size"), [(5, 7, 3), (4, 4, 4), (6, 5, 1), (256, 256, 224)])
def test_windows_are_counted_one_by_one(height, width, size):
    rows = sum(1 for top in range(height) if top + size <= height)
    columns = sum(1 for left in range(width) if left + size <= width)
    assert num_offsets(height, width, size) == rows * columns
    arguments = {"height": height, "width": width, "size": size}
    assert run("augmentation.num_crops", **arguments).value == rows * columns
    assert run("augmentation.num_crops", **arguments, flips=True).value == 2 * rows * columns


def test_alexnets_count_is_33_squared_not_32_squared():
    assert run("augmentation.num_crops", height=256, width=256, size=224).value == 33 * 33
    assert run("augmentation.num_crops", height=256, width=256, size=224, flips=True).value == 2178


def test_every_place_is_drawn_and_crops_are_slices():
    image = picture(2, 5, 6)
    places = {random_offset(5, 6, 4, seeded(seed)) for seed in range(200)}
    assert places == {(top, left) for top in range(2) for left in range(3)}
    torch.testing.assert_close(crop(image, 1, 2, 4), image[:, 1:5, 2:6], rtol=0, atol=0)
    top, left = random_offset(5, 6, 4, seeded(3))
    expected = image[:, top : top + 4, left : left + 4]
    torch.testing.assert_close(random_crop(image, 4, seeded(3)), expected, rtol=0, atol=0)


def test_ten_crops_are_corners_and_centre_and_mirrored():
    image = picture(3, 6, 8)
    windows = [image[:, :4, :4], image[:, :4, 4:], image[:, 2:, :4], image[:, 2:, 4:], image[:, 1:5, 2:6]]
    expected = torch.stack([*windows, *(torch.flip(window, (-1,)) for window in windows)])
    torch.testing.assert_close(ten_crops(image, 4), expected, rtol=0, atol=0)


@pytest.mark.parametrize("channel", range(3))
def test_colour_shift_by_an_eigen_decomposition(channel):
    pixels = (
        np.random.default_rng(0).standard_normal((50, 3))
        @ np.diag([3.0, 1.0, 0.3])
        @ np.array([[1, 1, 1], [1, -1, 0], [0, 1, -1]])
    )
    variances, directions = np.linalg.eigh(np.cov(pixels.T, bias=True))
    for index in range(3):
        alphas = [0.0, 0.0, 0.0]
        alphas[index] = 0.1
        expected = abs(0.1 * variances[2 - index] * directions[channel, 2 - index])
        found = run("augmentation.colour_shift", pixels=pixels.tolist(), alphas=alphas, channel=channel).value
        assert found == pytest.approx(expected, rel=1e-9)


def test_a_direction_that_is_arbitrary_is_refused():
    pixels = [[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0]]
    for alphas in ([0.1, 0, 0], [0, 0.1, 0]):
        with pytest.raises(Refused, match=r"have the same variance 0\.5, so their directions are arbitrary"):
            run("augmentation.colour_shift", pixels=pixels, alphas=alphas)
    assert run("augmentation.colour_shift", pixels=pixels, alphas=[0, 0, 0.1]).value == pytest.approx(0, abs=1e-15)
    assert run("augmentation.colour_shift", pixels=[[1, 2, 3]], alphas=[0.1, 0, 0]).value == 0


def test_pca_colour_adds_one_shift_to_all_pixels():
    image = picture(3, 4, 5)
    colours = principal_colours(image.flatten(1).T)
    covariance = np.cov(image.flatten(1).numpy(), bias=True)
    moved = covariance @ colours.directions.numpy()
    np.testing.assert_allclose(moved, colours.directions.numpy() * colours.variances.numpy(), rtol=1e-9, atol=1e-12)
    added = pca_colour(image, colours, seeded(1)) - image
    alphas = 0.1 * torch.randn(3, generator=seeded(1), dtype=torch.float64)
    expected = colours.directions.numpy() @ (alphas.numpy() * colours.variances.numpy())
    np.testing.assert_allclose(added.numpy(), np.broadcast_to(expected[:, None, None], (3, 4, 5)), rtol=1e-9)
    np.testing.assert_allclose(colour_shift(colours, alphas).numpy(), expected, rtol=1e-9)


@pytest.mark.parametrize(
    ("height", "width", "short", "expected"),
    [
        (480, 640, 256, [256, 341]),
        (640, 480, 256, [341, 256]),
        (300, 300, 480, [480, 480]),
        (375, 500, 384, [384, 512]),
    ],
)
def test_the_short_side_is_set_and_the_long_one_follows(height, width, short, expected):
    assert run("augmentation.resized", height=height, width=width, short_side=short).value == expected
    assert list(resized(height, width, short)) == expected


def test_resizing_equals_torchs_interpolation():
    image = picture(2, 6, 9)
    expected = functional.interpolate(image[None], size=(8, 12), mode="bilinear", align_corners=False)[0]
    torch.testing.assert_close(resize(image, 8), expected, rtol=1e-9, atol=0)


@pytest.mark.parametrize(("low", "high", "size"), [(5, 5, 5), (6, 9, 4), (256, 258, 224)])
def test_jittered_windows_are_counted_one_by_one(low, high, size):
    expected = 0
    for short in range(low, high + 1):
        height, width = short, short * 40 // 30
        expected += (height - size + 1) * (width - size + 1)
    arguments = {"height": 30, "width": 40, "low": low, "high": high, "size": size}
    assert run("augmentation.jitter_crops", **arguments).value == expected
    assert run("augmentation.jitter_crops", **arguments, flips=True).value == 2 * expected


def test_scale_jitter_repeats_by_seed_and_draws_every_side():
    image = picture(1, 6, 8)
    drawn = [scale_jitter(image, 6, 9, 5, seeded(seed)) for seed in range(100)]
    assert {jittered.short_side for jittered in drawn} == {6, 7, 8, 9}
    for seed in range(3):
        jittered = drawn[seed]
        torch.testing.assert_close(scale_jitter(image, 6, 9, 5, seeded(seed)).window, jittered.window, rtol=0, atol=0)
        size = (jittered.short_side, jittered.short_side * 8 // 6)
        scaled = functional.interpolate(image[None], size=size, mode="bilinear", align_corners=False)[0]
        expected = scaled[:, jittered.top : jittered.top + 5, jittered.left : jittered.left + 5]
        torch.testing.assert_close(jittered.window, expected, rtol=1e-9, atol=0)


def test_windows_and_pixels_that_are_not_there_are_refused():
    with pytest.raises(Refused, match="does not fit into 3 by 9"):
        run("augmentation.num_crops", height=3, width=9, size=4)
    with pytest.raises(Refused, match="does not lie inside"):
        crop(picture(1, 4, 4), 1, 2, 3)
    with pytest.raises(Refused, match=r"there is no pixel \(2, 0\)"):
        run("augmentation.flip", image=[[1, 2], [3, 4]], row=2)
    with pytest.raises(Refused, match="size <= low <= high"):
        run("augmentation.jitter_crops", height=30, width=40, low=200, high=300, size=224)
    with pytest.raises(Refused, match="at most 4,194,304 pixels are made"):
        run("augmentation.resized", height=1, width=2048, short_side=2048)
    with pytest.raises(Refused, match="red, green and blue"):
        run("augmentation.colour_shift", pixels=[[1, 2]], alphas=[0.1, 0, 0])
    with pytest.raises(Refused, match="give one alpha"):
        run("augmentation.colour_shift", pixels=[[1, 2, 3]], alphas=[0.1, 0.2, 0])
