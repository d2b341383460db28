"""Our BatchNorm beside torch's, its backward pass beside autograd's, and its refusals."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from engine.errors import Refused
from engine.layers.batch_norm import BatchNorm
from engine.layers.batch_norm_backward import batch_norm_backward

SHAPES = st.sampled_from([(2, 3), (7, 1), (5, 4), (1, 2, 6), (4, 3, 5), (1, 3, 2, 2), (4, 5, 3, 2), (6, 4, 4, 4)])
CLOSE = {"rtol": 1e-11, "atol": 1e-12}


def spread_out(draw, shape):
    """Random numbers at least 0.5 apart: where two nearly coincide, dividing by their deviation magnifies rounding."""
    count = math.prod(shape)
    values = torch.randperm(count, generator=draw) + 0.5 * torch.rand(count, generator=draw, dtype=torch.float64)
    return values.reshape(shape)


def torch_twin(ours: BatchNorm, dims: int) -> nn.Module:
    kind = nn.BatchNorm2d if dims == 4 else nn.BatchNorm1d
    affine, tracks = ours.weight is not None, ours.running_mean is not None
    twin = kind(ours.num_features, ours.eps, ours.momentum, affine, tracks).double()
    twin.load_state_dict(ours.state_dict())
    return twin


@settings(max_examples=60)
@given(
    shape=SHAPES,
    eps=st.sampled_from([1e-8, 1e-5, 1e-3, 0.5]),
    momentum=st.one_of(st.none(), st.floats(0.0, 1.0)),
    affine=st.booleans(),
    track_running_stats=st.booleans(),
    seed=st.integers(0, 2**31),
)
def test_equals_torch_over_training_steps_and_in_evaluation(shape, eps, momentum, affine, track_running_stats, seed):
    draw = torch.Generator().manual_seed(seed)
    ours = BatchNorm(shape[1], eps, momentum, affine, track_running_stats).double()
    for parameter in ours.parameters():
        parameter.data = torch.randn(shape[1], generator=draw, dtype=torch.float64)
    twin = torch_twin(ours, len(shape))
    for step in range(4):
        training = step < 3
        batch = spread_out(draw, shape)
        upstream = torch.randn(shape, generator=draw, dtype=torch.float64)
        results = []
        for module in (ours.train(training), twin.train(training)):
            x = batch.clone().requires_grad_()
            y = module(x)
            results.append((y, *torch.autograd.grad(y, [x, *module.parameters()], upstream)))
        for mine, torchs in zip(*results, strict=True):
            assert_close(mine, torchs, **CLOSE)
        assert list(ours.state_dict()) == list(twin.state_dict())
        for mine, torchs in zip(ours.state_dict().values(), twin.state_dict().values(), strict=True):
            assert_close(mine, torchs, **CLOSE)


def test_documented_figures_of_one_batch():
    layer = BatchNorm(1).double()
    layer(torch.tensor([[1.0], [3.0], [5.0]], dtype=torch.float64))
    assert_close(layer.running_mean.item(), 0.3)  # 0.9·0 + 0.1·3
    assert_close(layer.running_var.item(), 1.3)  # 0.9·1 + 0.1·4, where 4 = 8/(3 - 1)
    assert layer.num_batches_tracked.item() == 1


def test_evaluation_leaves_the_statistics_alone():
    layer = BatchNorm(2).eval()
    layer(torch.randn(5, 2))
    assert layer.running_mean.tolist() == [0, 0]
    assert layer.num_batches_tracked.item() == 0


@pytest.mark.parametrize("shape", [(1, 3), (1, 3, 1), (1, 3, 1, 1)])
@pytest.mark.parametrize(("training", "track"), [(True, True), (True, False), (False, False)])
def test_one_value_per_channel_is_refused_as_torch_does(shape, training, track):
    ours = BatchNorm(3, track_running_stats=track)
    with pytest.raises(ValueError, match="more than 1 value per channel"):
        torch_twin(ours.double(), len(shape)).train(training)(torch.ones(shape, dtype=torch.float64))
    with pytest.raises(Refused, match="at least two values per channel"):
        ours.train(training)(torch.ones(shape, dtype=torch.float64))


def test_one_value_per_channel_is_welcome_in_evaluation():
    assert BatchNorm(3, eps=0).eval()(torch.full((1, 3), 2.0)).tolist() == [[2, 2, 2]]


@pytest.mark.parametrize("shape", [(4, 2), (3,), (2, 4, 3)])
def test_wrong_channels_are_refused(shape):
    with pytest.raises(Refused, match=r"BatchNorm\(3\) needs \(N, 3, ...\)"):
        BatchNorm(3)(torch.ones(shape))


def test_integer_counters_survive_half_precision():
    assert BatchNorm(3).half().num_batches_tracked.dtype == torch.int64


@settings(max_examples=40)
@given(shape=SHAPES, eps=st.sampled_from([1e-5, 0.1]), seed=st.integers(0, 2**31))
def test_backward_by_hand_equals_autograd_through_torch(shape, eps, seed):
    draw = torch.Generator().manual_seed(seed)
    x, upstream = spread_out(draw, shape), torch.randn(shape, generator=draw, dtype=torch.float64)
    weight, bias = (torch.randn(shape[1], generator=draw, dtype=torch.float64).requires_grad_() for _ in range(2))
    leaf = x.clone().requires_grad_()
    y = nn.functional.batch_norm(leaf, None, None, weight, bias, training=True, eps=eps)
    expected = torch.autograd.grad(y, [leaf, weight, bias], upstream)
    found = batch_norm_backward(upstream, x, weight.detach(), eps)
    for mine, autograds in zip(found, expected, strict=True):
        assert_close(mine, autograds, rtol=1e-9, atol=1e-10)
    axes = [axis for axis in range(x.dim()) if axis != 1]
    assert_close(found.x.sum(axes), torch.zeros(shape[1], dtype=torch.float64), rtol=0, atol=1e-10)


def test_gradients_equal_finite_differences():
    layer = BatchNorm(2, track_running_stats=False).double()
    x = torch.randn(3, 2, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0), requires_grad=True)
    assert torch.autograd.gradcheck(layer, (x,))
