"""Our LayerNorm beside torch's, and its refusals."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from engine.errors import Refused
from engine.layers.layer_norm import LayerNorm


@settings(max_examples=60)
@given(
    shape=st.lists(st.integers(1, 4), min_size=1, max_size=4),
    last_axes=st.integers(1, 4),
    eps=st.sampled_from([1e-5, 1e-3, 0.5]),
    elementwise_affine=st.booleans(),
    bias=st.booleans(),
    training=st.booleans(),
    seed=st.integers(0, 2**31),
)
def test_equals_torch(shape, last_axes, eps, elementwise_affine, bias, training, seed):
    draw = torch.Generator().manual_seed(seed)
    normalized_shape = shape[-last_axes:]
    ours = LayerNorm(normalized_shape, eps, elementwise_affine, bias).double().train(training)
    for parameter in ours.parameters():
        parameter.data = torch.randn(normalized_shape, generator=draw, dtype=torch.float64)
    twin = nn.LayerNorm(normalized_shape, eps, elementwise_affine, bias).double().train(training)
    twin.load_state_dict(ours.state_dict())
    assert list(ours.state_dict()) == list(twin.state_dict())
    upstream = torch.randn(shape, generator=draw, dtype=torch.float64)
    # At least 0.5 apart: where two values nearly coincide, dividing by their deviation magnifies rounding.
    batch = torch.randperm(upstream.numel(), generator=draw).reshape(shape) + 0.5 * upstream.sigmoid()
    results = []
    for module in (ours, twin):
        x = batch.clone().requires_grad_()
        y = module(x)
        results.append((y, *torch.autograd.grad(y, [x, *module.parameters()], upstream)))
    for mine, torchs in zip(*results, strict=True):
        assert_close(mine, torchs, rtol=1e-10, atol=1e-11)


def test_over_channels_and_places_equals_one_group_of_group_norm():
    x = torch.randn(2, 3, 4, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    assert_close(LayerNorm([3, 4, 5]).double()(x), nn.GroupNorm(1, 3).double()(x), rtol=1e-12, atol=1e-12)


def test_a_single_number_is_the_last_axis():
    x = torch.randn(2, 5, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    assert torch.equal(LayerNorm(6).double()(x), LayerNorm([6]).double()(x))
    assert LayerNorm(6)(x.float()).mean(-1).abs().max() < 1e-6


@pytest.mark.parametrize("shape", [(4, 2), (2, 3, 4), (3,)])
def test_wrong_last_axes_are_refused(shape):
    with pytest.raises(Refused, match=r"LayerNorm\(\[2, 3\]\) needs \(..., 2, 3\)"):
        LayerNorm([2, 3])(torch.ones(shape))
