"""The backward pass of a convolution, by formula and by autograd, against torch's autograd."""

from typing import Any

import pytest
import torch
from door_runs import run
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from engine.convolution.backward import conv2d_backward, gradient_of_input, gradient_of_weight
from engine.convolution.conv2d import conv2d

torch.set_num_threads(1)
few = settings(max_examples=20, deadline=None)
PAIR = st.tuples(st.integers(1, 3), st.integers(1, 3))
SETTINGS = st.fixed_dictionaries(
    {"stride": PAIR, "padding": st.tuples(st.integers(0, 3), st.integers(0, 3)), "dilation": PAIR}
)


def randn(seed: int, *shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def torchs(x: Tensor, weight: Tensor, upstream_seed: int, **chosen: Any) -> tuple[Tensor, tuple[Tensor, ...]]:
    """Return a random gradient of the output, and what torch makes of it."""
    leaves = [x.clone().requires_grad_(), weight.clone().requires_grad_(), randn(0, len(weight)).requires_grad_()]
    y = functional.conv2d(*leaves, **chosen)
    upstream = randn(upstream_seed, *y.shape)
    return upstream, torch.autograd.grad(y, leaves, upstream)


@few
@given(st.integers(0, 99), st.sampled_from([1, 2]), PAIR, SETTINGS)
def test_all_three_gradients_equal_autograds(
    seed: int, groups: int, kernel_size: tuple[int, int], chosen: dict[str, Any]
) -> None:
    x, weight = randn(seed, 2, 4, 8, 9), randn(seed + 1, 6, 4 // groups, *kernel_size)
    upstream, theirs = torchs(x, weight, seed + 2, **chosen, groups=groups)
    found = conv2d_backward(upstream, x, weight, **chosen, groups=groups)
    for name, expected in zip(("x", "weight", "bias"), theirs, strict=True):
        torch.testing.assert_close(getattr(found, name), expected, rtol=1e-9, atol=1e-9)


@few
@given(st.integers(0, 99), PAIR, SETTINGS)
def test_each_of_them_by_itself(seed: int, kernel_size: tuple[int, int], chosen: dict[str, Any]) -> None:
    x, weight = randn(seed, 1, 2, 7, 6), randn(seed + 1, 3, 2, *kernel_size)
    if any(d * (k - 1) + 1 > n for k, d, n in zip(kernel_size, chosen["dilation"], (7, 6), strict=True)):
        return
    upstream, theirs = torchs(x, weight, seed + 2, **chosen)
    by_input = gradient_of_input(upstream, weight, (7, 6), **chosen)
    by_weight = gradient_of_weight(upstream, x, weight, **chosen)
    torch.testing.assert_close(by_input, theirs[0], rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(by_weight, theirs[1], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", ["conv.gradient", "conv.gradient_formula"])
@pytest.mark.parametrize("stride", [1, 2])
def test_the_registry_gives_torchs_gradients(name: str, stride: int) -> None:
    x, weight = randn(1, 2, 5, 6), randn(2, 3, 2, 3, 2)
    upstream, theirs = torchs(x[None], weight, 3, stride=stride, padding=1)
    given_ = {"x": x.tolist(), "weight": weight.tolist(), "stride": stride, "padding": 1}
    for of, expected in zip(("x", "weight", "bias"), (theirs[0][0], *theirs[1:]), strict=True):
        found = run(name, **given_, of=of, upstream=upstream[0].tolist()).value
        torch.testing.assert_close(torch.tensor(found, dtype=torch.float64), expected, rtol=1e-9, atol=1e-9)
    ones = run(name, **given_, of="bias").value
    assert ones == pytest.approx([float(upstream[0, 0].numel())] * 3)


def test_gradcheck_of_the_layer_written_out() -> None:
    inputs = randn(1, 1, 2, 5, 5).requires_grad_(), randn(2, 2, 2, 2, 2).requires_grad_(), randn(3, 2).requires_grad_()
    assert torch.autograd.gradcheck(lambda x, w, b: conv2d(x, w, b, stride=2, padding=1), inputs)
