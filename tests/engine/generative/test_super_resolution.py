"""What reducing an image loses: the null space by exact arithmetic; PSNR by plain logarithms."""

import math

import numpy as np
import pytest
import sympy
import torch
from door_runs import run
from torch.testing import assert_close

from engine.errors import Refused
from engine.generative.super_resolution.down_sampling import invisible_change, null_space, reduce, reduction_matrix
from engine.generative.super_resolution.peak_signal import psnr

torch.set_num_threads(1)


def block_means(size, factor):
    """The reduction as a matrix of fractions, entry by entry."""
    side = size // factor
    matrix = sympy.zeros(side**2, size**2)
    for row in range(size):
        for column in range(size):
            matrix[(row // factor) * side + column // factor, row * size + column] = sympy.Rational(1, factor**2)
    return matrix


@pytest.mark.parametrize(("size", "factor"), [(4, 2), (6, 2), (6, 3), (4, 4)])
def test_matrix_and_null_space_by_exact_arithmetic(size, factor):
    exact = block_means(size, factor)
    matrix = reduction_matrix(size, factor)
    assert_close(matrix, torch.tensor(exact.tolist(), dtype=torch.float64), rtol=1e-12, atol=0)
    basis = null_space(size, factor)
    lost = size**2 - exact.rank()
    assert len(basis) == lost
    flat = basis.flatten(1)
    assert (matrix @ flat.mT).abs().max() < 1e-12
    assert_close(flat @ flat.mT, torch.eye(lost, dtype=torch.float64), rtol=1e-9, atol=1e-9)
    for name in ("super_resolution.lost_dimensions", "super_resolution.lost_dimensions_formula"):
        assert run(name, size=size, factor=factor).value == lost


def test_two_images_have_one_small_image():
    generator = torch.Generator().manual_seed(0)
    image = torch.rand(8, 8, generator=generator, dtype=torch.float64)
    other = invisible_change(image, generator, factor=2)
    means = [x.reshape(4, 2, 4, 2).mean((1, 3)) for x in (image, other)]
    assert_close(*means, rtol=1e-12, atol=1e-12)
    assert (image - other).abs().mean() > 0.3
    assert_close(reduce(image[None, None], 2)[0, 0], means[0], rtol=1e-12, atol=0)


def test_blocks_that_do_not_tile_are_refused():
    with pytest.raises(Refused, match="blocks of 3×3 do not tile an image of 4×4"):
        reduce(torch.zeros(1, 1, 4, 4), 3)
    with pytest.raises(Refused, match="do not tile"):
        run("super_resolution.lost_dimensions_formula", size=5, factor=2)


@pytest.mark.parametrize("peak", [1.0, 255.0])
def test_psnr_by_plain_arithmetic(peak):
    image, target = np.array([0.2, 0.9, 0.4]), np.array([0.0, 1.0, 0.7])
    expected = 20 * math.log10(peak / math.sqrt(((image - target) ** 2).mean()))
    assert psnr(torch.tensor(image), torch.tensor(target), peak).item() == pytest.approx(expected, rel=1e-9)
    for name in ("super_resolution.psnr", "super_resolution.psnr_formula"):
        found = run(name, image=image.tolist(), target=target.tolist(), peak=peak).value
        assert found == pytest.approx(expected, rel=1e-9)


def test_equal_images_are_refused():
    with pytest.raises(Refused, match="their ratio is infinite"):
        run("super_resolution.psnr", image=[1, 2], target=[1, 2])
