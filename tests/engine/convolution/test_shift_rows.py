"""Shifts: convolutions move with their input, and poolings do not notice what stays inside a window."""

import pytest
import torch
from door_runs import run
from torch import Tensor
from torch.nn import functional

torch.set_num_threads(1)


def randn(seed: int, *shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("stride", [1, 2])
def test_a_circular_convolution_commutes_with_a_roll_at_stride_1(stride: int) -> None:
    x, kernel = randn(1, 1, 1, 8, 8), randn(2, 1, 1, 3, 3)

    def output(image: Tensor) -> Tensor:
        return functional.conv2d(functional.pad(image, (1, 1, 1, 1), "circular"), kernel, stride=stride)

    same = torch.allclose(output(x.roll(1, -1)), output(x).roll(1, -1), rtol=0, atol=1e-9)
    assert run("conv.commutes_with_shift", layer="conv", stride=stride).value is same is (stride == 1)


@pytest.mark.parametrize("shift", [1, 2, 3])
@pytest.mark.parametrize("left_out", [0, 1, 2])
def test_padding_spoils_only_the_border(shift: int, left_out: int) -> None:
    x, kernel = randn(1, 1, 1, 10, 10), randn(2, 1, 1, 3, 3)
    entered = x.roll(shift, -1)
    entered[..., :shift] = 0
    moved, output = functional.conv2d(entered, kernel, padding=1), functional.conv2d(x, kernel, padding=1)
    inner = slice(shift + left_out, 10 - left_out)
    same = torch.allclose(moved[..., inner], output.roll(shift, -1)[..., inner], rtol=0, atol=1e-9)
    found = run("conv.shift_shows_only_near_border", shift=shift, left_out=left_out)
    assert found.value is same is (left_out >= 1)


@pytest.mark.parametrize("kernel_size", [2, 3, 4])
@pytest.mark.parametrize("shift", [-2, -1, 1, 2, 3])
@pytest.mark.parametrize("kind", ["max", "avg"])
def test_a_pooling_does_not_notice_a_spike_that_stays_in_its_window(kernel_size: int, shift: int, kind: str) -> None:
    pool = functional.max_pool1d if kind == "max" else functional.avg_pool1d
    for column in range(4, 9):
        row = torch.zeros(1, 1, 16)
        row[..., column] = 1
        same = torch.equal(pool(row, kernel_size), pool(row.roll(shift, -1), kernel_size))
        found = run("pool.spike_stays", column=column, shift=shift, kernel_size=kernel_size, kind=kind)
        assert found.value is same is (column // kernel_size == (column + shift) // kernel_size)


def test_a_global_pooling_notices_no_shift_and_a_local_one_does() -> None:
    x = randn(3, 1, 1, 8, 8)
    for window, size in {"global": 8, "local": 2}.items():
        same = torch.equal(functional.max_pool2d(x, size), functional.max_pool2d(x.roll(1, -1), size))
        assert run("pool.ignores_shift", window=window).value is same
